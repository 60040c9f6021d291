package dev.datapath.helm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** One version is in force: that of the root pom.xml. */
class VersionTest {

    @Test
    void chartAndImagesHaveTheVersionOfTheProject() {
        var version = System.getProperty("project.version").replace("-SNAPSHOT", "");
        assertThat(Chart.file("Chart.yaml").at("version").text()).isEqualTo(version);
        assertThat(Chart.file("Chart.yaml").at("appVersion").text()).isEqualTo(version);
    }
}
