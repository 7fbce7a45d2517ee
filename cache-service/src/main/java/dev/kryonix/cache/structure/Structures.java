package dev.kryonix.cache.structure;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import dev.kryonix.api.cache.v1.EntryMetadata;
import dev.kryonix.cache.entry.Change;
import dev.kryonix.cache.entry.Content;
import dev.kryonix.cache.entry.DeviceClass;
import dev.kryonix.cache.entry.EntryKey;
import dev.kryonix.cache.entry.Held;
import dev.kryonix.cache.entry.Modules;
import dev.kryonix.cache.entry.Spaces;
import dev.kryonix.cache.entry.Together;
import dev.kryonix.cache.entry.Ttls;
import dev.kryonix.cache.entry.WriteRule;
import dev.kryonix.cache.redis.Purpose;
import dev.kryonix.cache.redis.Redis;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.state.TenantView;
import io.grpc.Context;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

/**
 * Typed structures. A structure is one entry: read, changed here and written under the version that
 * was read, so it is compressed, encrypted, tagged, flushed, evicted, backed up and charged as any
 * entry is. What was overtaken by another is done again to what is there then; callers in this
 * process wait for one another instead.
 */
@Singleton
final class Structures {
  private static final Duration ANSWER_KEPT = Duration.ofMinutes(10);
  private static final String REQUESTS = "kryonix_request";
  private static final int DIGEST_BYTES = 32;

  private final Together together;
  private final Spaces spaces;
  private final Modules modules;
  private final Ttls ttls;
  private final InstantSource clock;
  private final Duration patience;
  private final SecureRandom random = new SecureRandom();
  private final List<ReentrantLock> turns =
      IntStream.range(0, 1024).mapToObj(each -> new ReentrantLock()).toList();

  Structures(
      Together together,
      Spaces spaces,
      Modules modules,
      Ttls ttls,
      InstantSource clock,
      Redis redis) {
    this.patience = redis.keyspace(Purpose.API).timeout();
    this.together = together;
    this.spaces = spaces;
    this.modules = modules;
    this.ttls = ttls;
    this.clock = clock;
  }

  /** The value of a structure; that of an empty one when there is none. */
  <V> V read(TenantView tenant, EntryKey address, Shape<V> shape) {
    modules.require(tenant, address.module());
    return value(together.read(tenant, bucket(tenant, address), address), shape);
  }

  /** Changes a structure; a second request of the same id changes nothing and answers the same. */
  <V, A extends Message> A change(
      TenantView tenant,
      Target target,
      Shape<V> shape,
      Operation<V, A> operation,
      Parser<A> parser) {
    modules.require(tenant, target.address().module());
    ReentrantLock turn =
        turns.get(
            Math.floorMod(
                31 * tenant.uid().hashCode() + target.address().hashCode(), turns.size()));
    take(turn);
    try {
      return together.until(() -> attempt(tenant, target, shape, operation, parser));
    } finally {
      turn.unlock();
    }
  }

  /**
   * Takes the turn, at most as long after it was asked for as Redis may take to answer. Who gives
   * up has changed nothing, and nothing is changed for callers who have gone.
   */
  private void take(ReentrantLock turn) {
    try {
      if (!turn.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        throw StructureErrors.noTurn();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw StructureErrors.noTurn();
    }
    if (Context.current().isCancelled()) {
      turn.unlock();
      throw StructureErrors.noTurn();
    }
  }

  private <V, A extends Message> Optional<A> attempt(
      TenantView tenant,
      Target target,
      Shape<V> shape,
      Operation<V, A> operation,
      Parser<A> parser) {
    int bucket = bucket(tenant, target.address());
    List<EntryKey> addresses = new ArrayList<>(List.of(target.address()));
    target.once().ifPresent(once -> addresses.add(answerOf(target.address(), once)));
    List<Optional<Held>> found = together.read(tenant, bucket, addresses);
    if (target.once().isPresent() && found.getLast().isPresent()) {
      return Optional.of(repeated(target.once().get(), found.getLast().get(), parser));
    }
    Optional<Held> held = found.getFirst();
    Operation.Done<V, A> done = operation.on(value(held, shape));
    List<Change> changes = new ArrayList<>();
    EntryMetadata metadata = EntryMetadata.getDefaultInstance();
    boolean there = held.isPresent() && !held.get().content().absent();
    boolean renewed = target.ttl().isPresent() && there;
    if (done.changed() || renewed) {
      Change change = changed(target, shape, held, done.value());
      changes.add(change);
      metadata = metadata(tenant, bucket, change);
    } else if (there) {
      Change.Put same = put(target.address(), held.get().content(), left(held.get()), held);
      metadata = metadata(tenant, bucket, same);
    }
    A answer = done.answer().apply(metadata);
    target.once().ifPresent(once -> changes.add(answered(target.address(), once, answer)));
    if (changes.isEmpty()) {
      return Optional.of(answer);
    }
    // With an id it may be repeated, whatever became of it.
    boolean made =
        target.once().isPresent()
            ? together.change(tenant, bucket, changes)
            : together.changeOnce(tenant, bucket, changes);
    return made ? Optional.of(answer) : Optional.empty();
  }

  private <V> Change changed(Target target, Shape<V> shape, Optional<Held> held, V value) {
    if (shape.isEmpty().test(value)) {
      return new Change.Remove(target.address(), rule(held));
    }
    byte[] bytes = shape.bytes(value);
    if (bytes.length > Content.MAX_VALUE_BYTES) {
      throw StructureErrors.tooLarge(shape.kind(), bytes.length, Content.MAX_VALUE_BYTES);
    }
    Optional<Content> before = held.map(Held::content).filter(content -> !content.absent());
    Content content =
        new Content(
            bytes,
            before.map(Content::contentType).orElse(""),
            false,
            random.nextLong(),
            clock.instant(),
            before.map(Content::tags).orElse(List.of()),
            before.map(Content::serves).orElseGet(() -> DeviceClass.of(target.device())),
            Duration.ZERO,
            shape.kind());
    Duration ttl =
        target
            .ttl()
            .or(() -> before.isPresent() ? held.map(this::left) : Optional.empty())
            .orElseGet(() -> ttls.of(target.address().type(), target.device()));
    return put(target.address(), content, ttl, held);
  }

  private static <V> V value(Optional<Held> held, Shape<V> shape) {
    if (held.isEmpty() || held.get().content().absent()) {
      return shape.fresh().get();
    }
    Content content = held.get().content();
    if (content.kind() != shape.kind()) {
      throw StructureErrors.wrongType(shape.kind());
    }
    return shape.parse(content.value());
  }

  private EntryMetadata metadata(TenantView tenant, int bucket, Change change) {
    if (!(change instanceof Change.Put put)) {
      return EntryMetadata.getDefaultInstance();
    }
    return StructureProtos.metadata(
        put.content(), put.ttl(), together.charge(tenant, bucket, put), clock.instant());
  }

  private static Change.Put put(
      EntryKey address, Content content, Duration ttl, Optional<Held> held) {
    return new Change.Put(address, content, ttl, rule(held), false);
  }

  private static WriteRule rule(Optional<Held> held) {
    return held.map(Held::unchanged).orElseGet(WriteRule.IfAbsent::new);
  }

  private Duration left(Held held) {
    Duration left = Duration.between(clock.instant(), held.expires());
    return left.isNegative() ? Duration.ZERO : left;
  }

  private int bucket(TenantView tenant, EntryKey address) {
    return spaces.of(tenant).number(address.bytes());
  }

  /** Beside the structure, in the same bucket, so that both change in one step. */
  private static EntryKey answerOf(EntryKey address, Target.Once once) {
    byte[] id = (once.id().length() + ":" + once.id() + ":").getBytes(StandardCharsets.UTF_8);
    return new EntryKey(
        REQUESTS, "structure", HexFormat.of().formatHex(sha256(id, address.bytes())));
  }

  private Change answered(EntryKey address, Target.Once once, Message answer) {
    ByteString kept = ByteString.copyFrom(sha256(once.content())).concat(answer.toByteString());
    Instant now = clock.instant();
    Content content = new Content(kept.toByteArray(), "", false, random.nextLong(), now);
    return new Change.Put(
        answerOf(address, once), content, ANSWER_KEPT, new WriteRule.IfAbsent(), false);
  }

  private static <A extends Message> A repeated(Target.Once once, Held held, Parser<A> parser) {
    ByteString kept = held.content().bytes();
    if (!kept.substring(0, DIGEST_BYTES).equals(ByteString.copyFrom(sha256(once.content())))) {
      throw CommonErrors.requestIdReused(once.id());
    }
    try {
      return parser.parseFrom(kept.substring(DIGEST_BYTES));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("an entry that opened holds no answer", e);
    }
  }

  private static byte[] sha256(byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (byte[] part : parts) {
        digest.update(part);
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
