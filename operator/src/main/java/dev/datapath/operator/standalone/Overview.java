package dev.datapath.operator.standalone;

import dev.datapath.operator.manifest.LocatedFinding;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.model.ObjectRef;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The overview for the terminal; equal values look the same.
 *
 * @param statuses the status of every object, a status record of the API, by kind, namespace and name
 * @param gateways every gateway, by DataPath and index
 * @param findings all findings, sorted by file and line
 */
public record Overview(
        SortedMap<ObjectRef, Object> statuses, List<GatewayRow> gateways, List<LocatedFinding> findings) {

    public Overview {
        statuses = Collections.unmodifiableSortedMap(new TreeMap<>(statuses));
        gateways = List.copyOf(gateways);
        findings = List.copyOf(findings);
    }

    /**
     * One gateway.
     *
     * @param dataPath the DataPath it belongs to
     * @param name its name
     * @param state its state: starting, running, backing off, draining or stopped
     * @param pid its process, 0 for none
     * @param endpoints the URLs of its listeners
     * @param metrics the URL of its own metrics
     * @param restarts how often it was restarted
     * @param problem why it does not serve, or empty
     */
    public record GatewayRow(
            ObjectKey dataPath,
            String name,
            String state,
            long pid,
            List<String> endpoints,
            String metrics,
            int restarts,
            String problem) {
        public GatewayRow {
            endpoints = List.copyOf(endpoints);
        }
    }
}
