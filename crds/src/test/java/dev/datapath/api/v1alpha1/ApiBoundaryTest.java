package dev.datapath.api.v1alpha1;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import org.junit.jupiter.api.Test;

class ApiBoundaryTest {
    @Test
    void theApiTypesNeedTheKubernetesModelAndNothingElse() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "dev.datapath.api..",
                        "com.fasterxml.jackson.annotation..",
                        "io.fabric8..",
                        "org.jspecify..")
                .check(new ClassFileImporter()
                        .withImportOption(new DoNotIncludeTests())
                        .importPackages("dev.datapath"));
    }
}
