package dev.kryonix.messaging.subscribe;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.payload.TenantKeys;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.crypto.Mac;
import javax.crypto.SecretKey;

/**
 * The tokens that settle deliveries: which process delivered, on which of its channels, as which of
 * its deliveries, and a MAC under a key of the tenant's. A token that is made up, altered or
 * another tenant's never reaches the broker, where an unknown tag would close the channel.
 */
@Singleton
final class AckTokens {
  private static final byte VERSION = 1;
  private static final int BODY_BYTES = 1 + 3 * Long.BYTES;
  private static final int MAC_BYTES = 16;
  private static final int MOST = 10_000;
  private static final Duration KEPT = Duration.ofMinutes(10);
  private static final String INFO = "kryonix/ack-token/v1";

  private final TenantKeys keys;
  private final long instance = new SecureRandom().nextLong();
  private final Cache<Id, Macs> macs =
      Caffeine.newBuilder().maximumSize(MOST).expireAfterAccess(KEPT).build();

  private record Id(TenantUid tenant, String key) {}

  AckTokens(TenantKeys keys) {
    this.keys = keys;
  }

  /**
   * A delivery.
   *
   * @param instance the process that made it
   * @param epoch the channel
   * @param id the delivery within the channel
   */
  record Delivered(long instance, long epoch, long id) {}

  /** This process, as its tokens name it. */
  long instance() {
    return instance;
  }

  /** A token for a delivery of this process. */
  String issue(TenantView tenant, long epoch, long id) {
    byte[] body =
        ByteBuffer.allocate(BODY_BYTES)
            .put(VERSION)
            .putLong(instance)
            .putLong(epoch)
            .putLong(id)
            .array();
    byte[] mac = mac(tenant, keys.currentId(tenant), body).orElseThrow();
    byte[] token = Arrays.copyOf(body, BODY_BYTES + MAC_BYTES);
    System.arraycopy(mac, 0, token, BODY_BYTES, MAC_BYTES);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
  }

  /** What the token stands for; empty when it is none of this tenant's. */
  Optional<Delivered> read(TenantView tenant, String text) {
    byte[] token;
    try {
      token = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    if (token.length != BODY_BYTES + MAC_BYTES || token[0] != VERSION) {
      return Optional.empty();
    }
    byte[] body = Arrays.copyOf(token, BODY_BYTES);
    byte[] mac = Arrays.copyOfRange(token, BODY_BYTES, token.length);
    if (!isGenuine(tenant, body, mac)) {
      return Optional.empty();
    }
    ByteBuffer fields = ByteBuffer.wrap(body, 1, BODY_BYTES - 1);
    return Optional.of(new Delivered(fields.getLong(), fields.getLong(), fields.getLong()));
  }

  /** Under the key of now, as almost all are, or under one from before a rotation. */
  private boolean isGenuine(TenantView tenant, byte[] body, byte[] mac) {
    String current = keys.currentId(tenant);
    return isOf(tenant, current, body, mac)
        || tenant.secrets().stream()
            .anyMatch(
                secret ->
                    !secret.getId().equals(current) && isOf(tenant, secret.getId(), body, mac));
  }

  private boolean isOf(TenantView tenant, String keyId, byte[] body, byte[] mac) {
    Optional<byte[]> ours = mac(tenant, keyId, body);
    return ours.isPresent() && MessageDigest.isEqual(ours.get(), mac);
  }

  private Optional<byte[]> mac(TenantView tenant, String keyId, byte[] body) {
    Id id = new Id(tenant.uid(), keyId);
    Macs known = macs.getIfPresent(id);
    if (known == null) {
      Optional<Macs> derived = keys.derive(tenant, keyId, new byte[0], INFO).map(Macs::new);
      derived.ifPresent(fresh -> macs.put(id, fresh));
      return derived.map(fresh -> fresh.of(body));
    }
    return Optional.of(known.of(body));
  }

  /**
   * The MACs under one key. To set one up costs more than to use it, and it may be used by one
   * thread at a time: those that rest are kept, as many as have ever been needed at once.
   */
  private static final class Macs {
    private final SecretKey key;
    private final Queue<Mac> resting = new ConcurrentLinkedQueue<>();

    Macs(SecretKey key) {
      this.key = key;
    }

    byte[] of(byte[] body) {
      Mac rested = resting.poll();
      Mac mac = rested == null ? setUp() : rested;
      byte[] code = Arrays.copyOf(mac.doFinal(body), MAC_BYTES);
      resting.add(mac);
      return code;
    }

    private Mac setUp() {
      try {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(key);
        return mac;
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("HmacSHA256 is not to be had", e);
      }
    }
  }
}
