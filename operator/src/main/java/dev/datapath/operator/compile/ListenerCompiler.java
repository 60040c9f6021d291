package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.DataPathSpec;
import dev.datapath.api.v1alpha1.Listener;
import dev.datapath.operator.model.Reason;
import dev.datapath.operator.net.HostName;
import dev.datapath.operator.plan.Certificate;
import dev.datapath.operator.plan.ListenerPlan;
import dev.datapath.operator.plan.TlsTermination;
import dev.datapath.operator.plan.TlsTermination.ClientCertificates;
import dev.datapath.operator.tls.CertificateText;
import dev.datapath.operator.tls.UnusableMaterial;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Compiles the listeners of a DataPath, without their matches. A listener that cannot be served as declared is not opened: clear
 * text instead of TLS, or TLS without required client certificates, would be worse than no listener.
 */
final class ListenerCompiler {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final Pattern DNS_NAME =
            Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");

    private final Materials materials;

    ListenerCompiler(Materials materials) {
        this.materials = materials;
    }

    /** The listeners that can be opened, by name. */
    List<ListenerPlan> compile(DataPathSpec spec, Report at) {
        var names = new HashSet<String>();
        var ports = new HashMap<Integer, String>();
        var plans = new ArrayList<ListenerPlan>();
        for (int i = 0; i < spec.listeners().size(); i++) {
            var listener = spec.listeners().get(i);
            var here = at.item("listeners", i);
            if (identified(listener, here, names, ports)) {
                open(listener, here).ifPresent(plans::add);
            }
        }
        plans.sort((left, right) -> left.name().compareTo(right.name()));
        return plans;
    }

    private static boolean identified(
            Listener listener, Report at, HashSet<String> names, HashMap<Integer, String> ports) {
        if (listener.name() == null || !NAME.matcher(listener.name()).matches()) {
            at.field("name")
                    .error(Reason.Invalid, "a listener needs a name of a-z, 0-9 and '-', such as s3, to be opened");
            return false;
        }
        if (!names.add(listener.name())) {
            at.field("name")
                    .error(
                            Reason.Invalid,
                            "another listener is named " + listener.name()
                                    + "; this one is not opened: choose another name");
            return false;
        }
        var port = listener.port();
        if (port == null || port < 1 || port > 65535) {
            at.field("port").error(Reason.Invalid, "a listener needs a port from 1 to 65535 to be opened");
            return false;
        }
        var owner = ports.putIfAbsent(port, listener.name());
        if (owner != null) {
            at.field("port")
                    .error(
                            Reason.Invalid,
                            "listener " + owner + " has port " + port
                                    + " already; this one is not opened: choose another port");
            return false;
        }
        return true;
    }

    private Optional<ListenerPlan> open(Listener listener, Report at) {
        var baseDomains = baseDomains(listener, at);
        var hostnames = hostnames(listener, at);
        if (hostnames.isEmpty() && !listener.hostnames().isEmpty()) {
            at.field("hostnames")
                    .error(
                            Reason.Invalid,
                            "none of the host names is valid, and without host names every host would be served, so the listener is not opened:"
                                    + " write the names that clients use, such as s3.example.com");
            return Optional.empty();
        }
        var tls = listener.tls();
        if (listener.protocol() == Listener.Protocol.HTTP && tls == null) {
            return Optional.of(plan(listener, baseDomains, hostnames, Optional.empty()));
        }
        if (listener.protocol() != Listener.Protocol.HTTPS) {
            at.field("protocol")
                    .error(
                            Reason.Invalid,
                            tls == null
                                    ? "a listener needs protocol: HTTP or HTTPS to be opened"
                                    : "an HTTP listener must not have tls, so it is not opened: remove tls, or write protocol: HTTPS");
            return Optional.empty();
        }
        if (tls == null || tls.certificateRefs().isEmpty()) {
            at.field("tls")
                    .error(
                            Reason.Invalid,
                            "an HTTPS listener needs tls.certificateRefs, so it is not opened: reference a Secret of type kubernetes.io/tls");
            return Optional.empty();
        }
        var termination = terminate(tls, at.field("tls"));
        termination.ifPresent(found -> warnAboutNames(found, baseDomains, at));
        return termination.map(found -> plan(listener, baseDomains, hostnames, Optional.of(found)));
    }

    private static ListenerPlan plan(
            Listener listener, List<String> baseDomains, List<String> hostnames, Optional<TlsTermination> termination) {
        return new ListenerPlan(
                listener.name(), listener.port(), baseDomains, hostnames, termination.orElse(null), List.of(), null);
    }

    private Optional<TlsTermination> terminate(Listener.Tls tls, Report at) {
        var listed = new ArrayList<CertificateChoices.Listed>();
        for (int i = 0; i < tls.certificateRefs().size(); i++) {
            var here = at.item("certificateRefs", i);
            materials
                    .serverCertificate(here, tls.certificateRefs().get(i).name())
                    .filter(certificate ->
                            listed.stream().noneMatch(one -> one.certificate().equals(certificate)))
                    .ifPresent(certificate ->
                            listed.add(new CertificateChoices.Listed(certificate, leaf(certificate), here)));
        }
        if (listed.isEmpty()) {
            boolean none = tls.certificateRefs().stream().noneMatch(reference -> materials.hasSecret(reference.name()));
            at.error(
                    none ? Reason.SecretNotFound : Reason.InvalidCertificate,
                    "no certificate is usable, so the listener is not opened");
            return Optional.empty();
        }
        var version = tls.minVersion() == Listener.TlsVersion.V1_3
                ? TlsTermination.Version.TLS_1_3
                : TlsTermination.Version.TLS_1_2;
        var chosen = CertificateChoices.of(listed);
        var clients = tls.clientCertificates();
        if (clients == null || !requested(clients.mode())) {
            return Optional.of(new TlsTermination(chosen.certificates(), chosen.choices(), version, null));
        }
        var here = at.field("clientCertificates");
        var authorities = materials.trustBundle(here, clients.caCertificateRefs());
        if (authorities.isEmpty()) {
            here.error(
                    Reason.InvalidCertificateAuthority,
                    "no CA certificate is usable to verify clients, so the listener is not opened: reference one in caCertificateRefs");
        }
        return authorities.map(bundle -> new TlsTermination(
                chosen.certificates(),
                chosen.choices(),
                version,
                new ClientCertificates(clients.mode() == Listener.ClientCertificateMode.Required, bundle)));
    }

    private static boolean requested(Listener.ClientCertificateMode mode) {
        return mode == Listener.ClientCertificateMode.Required || mode == Listener.ClientCertificateMode.Optional;
    }

    /** The base domains in lower case. One may be a subdomain of another: the longest suffix of a host applies. */
    private static List<String> baseDomains(Listener listener, Report at) {
        var kept = new ArrayList<String>();
        for (int i = 0; i < listener.baseDomains().size(); i++) {
            var written = listener.baseDomains().get(i);
            var domain = HostName.parse(written).map(HostName::name).orElse(written);
            var here = at.item("baseDomains", i);
            if (HostName.parse(written).isEmpty() || !DNS_NAME.matcher(domain).matches()) {
                here.error(
                        Reason.Invalid,
                        "\"" + domain
                                + "\" is not a DNS name: write one, such as s3.example.com; until then it is ignored");
                continue;
            }
            if (kept.contains(domain)) {
                here.warning(Reason.Invalid, domain + " is listed twice: remove one");
            } else {
                kept.add(domain);
            }
        }
        kept.sort(null);
        return kept;
    }

    /** The host names for path-style requests, in lower case, including IPv4 addresses. */
    private static List<String> hostnames(Listener listener, Report at) {
        var kept = new TreeSet<String>();
        for (int i = 0; i < listener.hostnames().size(); i++) {
            var written = listener.hostnames().get(i);
            // A name or an IPv4 address. A trailing dot makes no difference.
            var name = HostName.parse(written).map(HostName::name).orElse(written);
            if (name.length() <= 253 && DNS_NAME.matcher(name).matches()) {
                kept.add(name);
            } else {
                at.item("hostnames", i)
                        .error(
                                Reason.Invalid,
                                "\"" + written
                                        + "\" is not a host name: write one without port, such as s3.example.com or 10.0.0.1; until then it is ignored");
            }
        }
        return List.copyOf(kept);
    }

    private static void warnAboutNames(TlsTermination tls, List<String> baseDomains, Report at) {
        var names = new HashSet<String>();
        for (var certificate : tls.certificates()) {
            names.addAll(CertificateText.dnsNames(leaf(certificate)));
        }
        for (var domain : baseDomains) {
            var missing = List.of(domain, "*." + domain).stream()
                    .filter(name -> !covered(name, names))
                    .toList();
            if (!missing.isEmpty()) {
                at.field("tls")
                        .field("certificateRefs")
                        .warning(
                                Reason.InvalidCertificate,
                                "no certificate is for " + String.join(" and ", missing)
                                        + ", so clients of base domain " + domain
                                        + " reject the connection: issue one with these DNS names");
            }
        }
    }

    private static X509Certificate leaf(Certificate certificate) {
        try {
            return CertificateText.certificates(certificate.chainPem()).getFirst();
        } catch (UnusableMaterial e) {
            throw new IllegalStateException("the certificate was already parsed", e);
        }
    }

    /** RFC 6125: a wildcard matches exactly one label. */
    private static boolean covered(String name, HashSet<String> certified) {
        return certified.contains(name)
                || !name.startsWith("*.") && certified.contains("*" + name.substring(Math.max(name.indexOf('.'), 0)));
    }
}
