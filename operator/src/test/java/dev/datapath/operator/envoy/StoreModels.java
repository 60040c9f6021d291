package dev.datapath.operator.envoy;

import dev.datapath.api.v1alpha1.S3Operation;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * What stores do with a request, written from their routers and not from this gateway's table. A model that accepts more than
 * its store is safe here; authentication is left out.
 */
final class StoreModels {

    /** An action of a store; the key is empty for a bucket, the bucket for the service. */
    record Effect(S3Operation operation, String bucket, String key) {}

    /** By the store's name: the effects of a request, with the domain under which buckets are hosts. */
    static final Map<String, BiFunction<RouteInterpreter.Request, String, List<Effect>>> ALL = Map.of(
            "MinIO", MinioModel::effects,
            "Ceph", CephModel::effects,
            "SeaweedFS", SeaweedFsModel::effects,
            "S3Proxy", S3ProxyModel::effects,
            "VersityGW", VersityGwModel::effects);

    private StoreModels() {}
}
