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

/** An objective for the requests of a DataPath, and the reactions when the objective is at risk. */
@JsonClassDescription(
        "An objective for the requests of a DataPath, and the reactions when the objective is at risk. Not implemented yet: objectives are validated but not measured, which is reported as Unsupported.")
@Group("datapath.dev")
@Version("v1alpha1")
@Singular("servicelevelobjective")
@Plural("servicelevelobjectives")
@ShortNames("dslo")
@Categories("datapath-all")
@AdditionalPrinterColumn(name = "Objective", type = Type.STRING, jsonPath = ".status.summary.objective")
@AdditionalPrinterColumn(name = "Status", type = Type.STRING, jsonPath = ".status.summary.status")
@AdditionalPrinterColumn(name = "Current", type = Type.STRING, jsonPath = ".status.current")
@AdditionalPrinterColumn(name = "Budget", type = Type.STRING, jsonPath = ".status.budgetRemaining")
@AdditionalPrinterColumn(
        name = "Burn (1h)",
        type = Type.STRING,
        jsonPath = ".status.burnRates[?(@.window==\"1h\")].rate")
@AdditionalPrinterColumn(name = "Met", type = Type.STRING, jsonPath = ".status.conditions[?(@.type==\"Met\")].status")
@AdditionalPrinterColumn(name = "Reaction", type = Type.STRING, jsonPath = ".status.activeReactions[0].do")
@AdditionalPrinterColumn(name = "Age", type = Type.DATE, jsonPath = ".metadata.creationTimestamp")
public class ServiceLevelObjective extends CustomResource<ServiceLevelObjectiveSpec, ServiceLevelObjectiveStatus>
        implements Namespaced {}
