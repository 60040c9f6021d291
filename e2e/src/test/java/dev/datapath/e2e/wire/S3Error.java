package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.rig.RawClient;
import java.io.ByteArrayInputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;

/** What every error made by the gateway has: a form that S3 clients understand. */
final class S3Error {
    private S3Error() {}

    /** Asserts the form and the status, and returns the error's code. */
    static String assertThatIs(RawClient.Answer answer, int status) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.end()).isEqualTo(RawClient.End.COMPLETE);
        assertThat(answer.head().field("content-type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("application/xml"));
        var document = parse(answer);
        assertThat(document.getDocumentElement().getTagName()).isEqualTo("Error");
        assertThat(element(document, "Message")).isNotBlank();
        var requestId = element(document, "RequestId");
        assertThat(requestId).isNotBlank().isNotEqualTo("-");
        assertThat(answer.head().field("x-amz-request-id")).contains(requestId);
        assertThat(answer.head().field("x-datapath-request-id")).contains(requestId);
        return element(document, "Code");
    }

    private static Document parse(RawClient.Answer answer) {
        try {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new ByteArrayInputStream(answer.content()));
        } catch (Exception e) {
            throw new AssertionError("not well-formed XML: " + answer.text(), e);
        }
    }

    private static String element(Document document, String name) {
        var elements = document.getElementsByTagName(name);
        assertThat(elements.getLength()).as("<" + name + "> elements").isEqualTo(1);
        return elements.item(0).getTextContent();
    }
}
