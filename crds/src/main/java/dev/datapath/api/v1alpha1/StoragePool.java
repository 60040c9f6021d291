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

/** The nodes of one object-store cluster at one site. */
@JsonClassDescription("The nodes of one object-store cluster at one site.")
@Group("datapath.dev")
@Version("v1alpha1")
@Singular("storagepool")
@Plural("storagepools")
@ShortNames("spool")
@Categories("datapath-all")
@AdditionalPrinterColumn(name = "Provider", type = Type.STRING, jsonPath = ".spec.provider")
@AdditionalPrinterColumn(name = "Healthy", type = Type.STRING, jsonPath = ".status.summary.healthy")
@AdditionalPrinterColumn(name = "Status", type = Type.STRING, jsonPath = ".status.summary.status")
@AdditionalPrinterColumn(name = "Age", type = Type.DATE, jsonPath = ".metadata.creationTimestamp")
@ValidationRule(
        value = "self.metadata.name.size() <= 50 && self.metadata.name.matches('^[a-z][a-z0-9-]*$')",
        message = "the name becomes part of Service names: at most 50 of a-z, 0-9 and '-', starting with a letter")
public class StoragePool extends CustomResource<StoragePoolSpec, StoragePoolStatus> implements Namespaced {}
