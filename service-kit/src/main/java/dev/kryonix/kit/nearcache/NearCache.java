package dev.kryonix.kit.nearcache;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.kryonix.api.cache.v1.CacheServiceGrpc;
import dev.kryonix.api.cache.v1.CacheServiceGrpc.CacheServiceBlockingStub;
import dev.kryonix.api.cache.v1.DeleteRequest;
import dev.kryonix.api.cache.v1.GetRequest;
import dev.kryonix.api.cache.v1.GetResponse;
import dev.kryonix.api.cache.v1.SetRequest;
import dev.kryonix.api.cache.v1.SetResponse;
import dev.kryonix.kit.identity.TenantId;
import io.grpc.CallCredentials;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The cache of one tenant, with copies of what was read in this process's memory. Copies go when
 * the cache's watch tells that their entries have changed, and all of them when it tells that some
 * changes were missed, or has to be begun again. While it cannot be reached, copies are used until
 * the bound on staleness is over; then reads say what the cache says.
 *
 * <p>A process that serves several tenants has a near cache for each. Thread-safe.
 */
public final class NearCache implements AutoCloseable {
  private final Copies copies;
  private final Watching watching;
  private final CacheServiceBlockingStub stub;
  private final Duration timeout;

  private NearCache(Channel channel, CallCredentials caller, NearCacheConfig config) {
    this.copies = new Copies(config, Ticker.systemTicker());
    this.watching = new Watching(channel, caller, config, copies);
    this.stub = CacheServiceGrpc.newBlockingStub(channel).withCallCredentials(caller);
    this.timeout = config.timeout();
  }

  /**
   * Opens the near cache of a tenant. It serves at once, and keeps copies as soon as the cache's
   * watch has begun.
   *
   * @param channel to the platform's gateway, or within the platform to cache-service
   * @param tenant whose cache; a token that names another tenant is refused with PERMISSION_DENIED
   *     and never sent
   * @param tokens a valid token at each call, with the scope {@code cache.read}, for writes {@code
   *     cache.write} too
   */
  public static NearCache open(
      Channel channel, TenantId tenant, Supplier<String> tokens, NearCacheConfig config) {
    NearCache cache = new NearCache(channel, new OneTenant(tenant, tokens), config);
    cache.watching.start();
    return cache;
  }

  /**
   * An entry: its copy, or else as the cache has it; empty when there is none.
   *
   * @throws StatusRuntimeException what the cache refuses the read with, when there is no copy
   */
  public Optional<NearEntry> get(CacheKey key) {
    Optional<NearEntry> copy = copies.find(key);
    return copy.isPresent() ? copy : load(key);
  }

  /** Writes an entry; this near cache does not answer what was there before from then on. */
  public SetResponse set(SetRequest request) {
    try {
      return timed().set(request);
    } finally {
      copies.changed(new CacheKey(request.getModule(), request.getType(), request.getKey()));
    }
  }

  /** Deletes an entry, as {@link #set} writes one; says whether there was one. */
  public boolean delete(DeleteRequest request) {
    try {
      return timed().delete(request).getDeleted();
    } finally {
      copies.changed(new CacheKey(request.getModule(), request.getType(), request.getKey()));
    }
  }

  /** What there is, and how it was used. */
  public NearCacheStats stats() {
    return copies.stats();
  }

  /** Ends the watch and drops all copies; the channel stays open. */
  @Override
  public void close() {
    watching.close();
    copies.disconnected();
    copies.clear();
  }

  private Optional<NearEntry> load(CacheKey key) {
    Copies.Load load = copies.begin(key);
    GetResponse answer =
        timed()
            .get(
                GetRequest.newBuilder()
                    .setModule(key.module())
                    .setType(key.type())
                    .setKey(key.key())
                    .build());
    if (!answer.getHit()) {
      return Optional.empty();
    }
    var metadata = answer.getMetadata();
    NearEntry entry =
        new NearEntry(answer.getValue(), metadata.getContentType(), metadata.getEtag());
    Duration left =
        Duration.ofSeconds(metadata.getTtlLeft().getSeconds(), metadata.getTtlLeft().getNanos());
    copies.keep(load, entry, left, metadata.getTagsList());
    return Optional.of(entry);
  }

  private CacheServiceBlockingStub timed() {
    return stub.withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }
}
