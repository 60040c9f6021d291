package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/** Rules for the requests of a DataPath: destinations, timeouts, limits and denials. */
@JsonClassDescription("Rules for the requests of a DataPath: destinations, timeouts, limits and denials.")
@Group("datapath.dev")
@Version("v1alpha1")
@Singular("routingpolicy")
@Plural("routingpolicies")
@ShortNames("rpol")
@Categories("datapath-all")
@AdditionalPrinterColumn(name = "Targets", type = Type.STRING, jsonPath = ".spec.targetRefs[0].name")
@AdditionalPrinterColumn(name = "Status", type = Type.STRING, jsonPath = ".status.summary.status")
@AdditionalPrinterColumn(
        name = "Accepted",
        type = Type.STRING,
        jsonPath = ".status.ancestors[0].conditions[?(@.type==\"Accepted\")].status")
@AdditionalPrinterColumn(
        name = "Resolved",
        type = Type.STRING,
        jsonPath = ".status.ancestors[0].conditions[?(@.type==\"ResolvedRefs\")].status")
@AdditionalPrinterColumn(
        name = "Programmed",
        type = Type.STRING,
        jsonPath = ".status.ancestors[0].conditions[?(@.type==\"Programmed\")].status")
@AdditionalPrinterColumn(name = "Age", type = Type.DATE, jsonPath = ".metadata.creationTimestamp")
public class RoutingPolicy extends CustomResource<RoutingPolicySpec, RoutingPolicyStatus> implements Namespaced {}
