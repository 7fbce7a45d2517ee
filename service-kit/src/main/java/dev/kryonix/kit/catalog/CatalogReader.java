package dev.kryonix.kit.catalog;

import dev.kryonix.api.tenant.v1.BackupLimits;
import dev.kryonix.api.tenant.v1.CacheLimits;
import dev.kryonix.api.tenant.v1.GatewayLimits;
import dev.kryonix.api.tenant.v1.Limits;
import dev.kryonix.api.tenant.v1.MessagingLimits;
import dev.kryonix.kit.catalog.CacheTypes.DeviceTtl;
import dev.kryonix.kit.yaml.YamlNode;
import java.io.InputStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Reads the catalogue's YAML. A value of the wrong form stops the start and is named by its path.
 */
final class CatalogReader {
  private static final String NAME = "catalogue";
  private static final String RESOURCE = "/kryonix/catalog.yaml";
  private static final long MEGABYTE = 1024L * 1024;
  private static final long GIGABYTE = 1024L * MEGABYTE;

  private CatalogReader() {}

  static Catalog readBuiltIn() {
    return read(YamlNode.readResource(NAME, RESOURCE));
  }

  static Catalog read(InputStream yaml) {
    return read(YamlNode.read(NAME, yaml));
  }

  private static Catalog read(YamlNode root) {
    return new Catalog(
        root.get("modules").mapOf(CatalogReader::module),
        mobile(root.get("mobile")),
        root.get("plans").mapOf(CatalogReader::plan),
        root.get("sectors").mapOf(CatalogReader::sector),
        cacheTypes(root.get("cache")));
  }

  private static Module module(YamlNode node) {
    YamlNode defaultPriority = node.get("default_priority");
    return new Module(
        node.name(),
        node.get("retention").span(),
        node.get("priority_levels").integer(),
        node.get("mobile_priority").flag(),
        node.get("smart_routing").flag(),
        node.get("business_critical").flag(),
        defaultPriority.isPresent()
            ? OptionalInt.of(defaultPriority.integer())
            : OptionalInt.empty(),
        operations(node.get("operations")));
  }

  private static Module mobile(YamlNode node) {
    return new Module(
        Catalog.MOBILE,
        node.get("retention").span(),
        1,
        true,
        false,
        false,
        OptionalInt.empty(),
        operations(node.get("operations")));
  }

  /**
   * An operation's name has dots of its own, so it is taken from the map's key and not from the
   * path.
   */
  private static Map<String, Operation> operations(YamlNode node) {
    Map<String, Operation> result = new LinkedHashMap<>();
    node.mapOf(value -> value).forEach((name, value) -> result.put(name, operation(name, value)));
    return result;
  }

  private static Operation operation(String name, YamlNode node) {
    List<YamlNode> parts = node.listOf(part -> part);
    return new Operation(
        name,
        parts.get(0).integer(),
        parts.get(1).seconds(),
        parts.stream().skip(2).map(YamlNode::text).toList());
  }

  private static Plan plan(YamlNode node) {
    return new Plan(
        node.name(),
        node.get("default_modules").listOf(YamlNode::text),
        Limits.newBuilder()
            .setMessaging(messaging(node.get("messaging")))
            .setCache(cache(node.get("cache")))
            .setBackup(backup(node.get("backup")))
            .setGateway(gateway(node.get("gateway")))
            .build(),
        node.get("backup").get("availability").percentage());
  }

  private static MessagingLimits messaging(YamlNode node) {
    return MessagingLimits.newBuilder()
        .setConnections(node.get("connections").integer())
        .setChannels(node.get("channels").integer())
        .setQueues(node.get("queues").integer())
        .setExchanges(node.get("exchanges").integer())
        .setQueueDepth(node.get("queue_depth").integer())
        .setConsumersPerQueue(node.get("consumers_per_queue").integer())
        .setScaleUpAt(node.get("scale_up_at").integer())
        .setScaleDownAt(node.get("scale_down_at").integer())
        .setPublishPerSecond(node.get("publish_per_second").integer())
        .build();
  }

  private static CacheLimits cache(YamlNode node) {
    return CacheLimits.newBuilder()
        .setKeys(node.get("keys").integer())
        .setMemoryBytes(node.get("memory_mb").integer() * MEGABYTE)
        .build();
  }

  private static BackupLimits backup(YamlNode node) {
    return BackupLimits.newBuilder()
        .setRpo(wire(node.get("rpo").span()))
        .setRto(wire(node.get("rto").span()))
        .setWorkers(node.get("workers").integer())
        .setRegions(node.get("regions").integer())
        .setStorageBytes(node.get("storage_gb").integer() * GIGABYTE)
        .setFullRetention(wire(node.get("retention").get("full").span()))
        .setArchiveRetention(wire(node.get("retention").get("archive").span()))
        .build();
  }

  private static GatewayLimits gateway(YamlNode node) {
    return GatewayLimits.newBuilder()
        .setRequestsPerHour(node.get("requests_per_hour").integer())
        .setBurstPerSecond(node.get("burst_per_second").integer())
        .build();
  }

  private static Sector sector(YamlNode node) {
    return new Sector(
        node.name(),
        node.get("modules").listOf(YamlNode::text),
        node.get("words").mapOf(YamlNode::text),
        node.get("compliance").listOf(YamlNode::text));
  }

  private static CacheTypes cacheTypes(YamlNode node) {
    return new CacheTypes(
        node.get("ttl").mapOf(CatalogReader::deviceTtl),
        node.get("compress_from_bytes").integer(),
        node.get("mobile_memory_share").number(),
        node.get("hit_rate_target").number(),
        node.get("hit_rate_alert").number(),
        node.get("databases").mapOf(YamlNode::integer));
  }

  private static DeviceTtl deviceTtl(YamlNode node) {
    List<Duration> pair = node.listOf(YamlNode::seconds);
    return new DeviceTtl(pair.get(0), pair.get(1));
  }

  private static com.google.protobuf.Duration wire(Duration duration) {
    return com.google.protobuf.Duration.newBuilder().setSeconds(duration.toSeconds()).build();
  }
}
