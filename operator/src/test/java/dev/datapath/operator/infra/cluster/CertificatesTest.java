package dev.datapath.operator.infra.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CertificatesTest {

    @ParameterizedTest
    @CsvSource({"PT720H, PT24H", "PT72H, PT24H", "PT48H, PT16H", "PT90S, PT30S"})
    void aConnectionOutlivesACertificateByADayAndAThirdOfItsLifeAtMost(Duration certificate, Duration connection) {
        var certificates = new OperatorSettings.Certificates("authority", certificate.multipliedBy(12), certificate);
        assertThat(certificates.connectionAge()).isEqualTo(connection);
    }
}
