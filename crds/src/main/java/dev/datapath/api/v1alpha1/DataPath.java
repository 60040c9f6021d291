package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/** A fleet of S3 gateways and its client endpoints. */
@JsonClassDescription("A fleet of S3 gateways and its client endpoints.")
@Group("datapath.dev")
@Version("v1alpha1")
@Singular("datapath")
@Plural("datapaths")
@ShortNames("dp")
@Categories("datapath-all")
@AdditionalPrinterColumn(name = "Address", type = Type.STRING, jsonPath = ".status.addresses[0].value")
@AdditionalPrinterColumn(name = "Status", type = Type.STRING, jsonPath = ".status.summary.status")
@AdditionalPrinterColumn(
        name = "Programmed",
        type = Type.STRING,
        jsonPath = ".status.conditions[?(@.type==\"Programmed\")].status")
@AdditionalPrinterColumn(name = "Synced", type = Type.STRING, jsonPath = ".status.summary.synced")
@AdditionalPrinterColumn(name = "Ready", type = Type.STRING, jsonPath = ".status.summary.ready")
@AdditionalPrinterColumn(name = "Age", type = Type.DATE, jsonPath = ".metadata.creationTimestamp")
@AdditionalPrinterColumn(name = "Version", type = Type.STRING, priority = 1, jsonPath = ".status.configVersion")
@AdditionalPrinterColumn(
        name = "Reason",
        type = Type.STRING,
        priority = 1,
        jsonPath = ".status.conditions[?(@.type==\"Programmed\")].reason")
@ValidationRule(
        value = "self.metadata.name.size() <= 50 && self.metadata.name.matches('^[a-z][a-z0-9-]*$')",
        message = "the name becomes part of Service names: at most 50 of a-z, 0-9 and '-', starting with a letter")
public class DataPath extends CustomResource<DataPathSpec, DataPathStatus> implements Namespaced {}
