package dev.kryonix.cache.session;

import com.google.protobuf.ByteString;
import dev.kryonix.api.cache.v1.Device;
import dev.kryonix.api.cache.v1.Session;
import dev.kryonix.api.cache.v1.SessionServiceCreateRequest;
import dev.kryonix.cache.entry.Change;
import dev.kryonix.cache.entry.Content;
import dev.kryonix.cache.entry.EntryKey;
import dev.kryonix.cache.entry.Held;
import dev.kryonix.cache.entry.Spaces;
import dev.kryonix.cache.entry.Together;
import dev.kryonix.cache.entry.WriteRule;
import dev.kryonix.kit.catalog.CacheTypes;
import dev.kryonix.kit.catalog.Catalog;
import dev.kryonix.kit.crypto.Fingerprint;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The sessions of tenants' users. A session is an entry that ends its TTL after its last use; a
 * user has one more, with the ids of its sessions. What is listed is what those ids still lead to,
 * so an ended session is in no list, and none is ever searched for. Creating and ending change both
 * in one step, and begin anew when another was quicker.
 */
@Singleton
final class Sessions {
  private static final String TYPE = "session";
  private static final int DEFAULT_MOST = 10;
  private static final int MOST_DATA = 64;
  private static final Duration REQUEST_KEPT = Duration.ofMinutes(10);

  private final Together together;
  private final Spaces spaces;
  private final CacheTypes types;
  private final InstantSource clock;
  private final SessionIds ids = new SessionIds();
  private final SecureRandom random = new SecureRandom();

  Sessions(Together together, Spaces spaces, Catalog catalog, InstantSource clock) {
    this.together = together;
    this.spaces = spaces;
    this.types = catalog.cache();
    this.clock = clock;
  }

  /** Creates a session; the same request id gives the same session. */
  Session create(TenantView tenant, SessionServiceCreateRequest request) {
    int bucket = SessionIds.bucketOfUser(spaces.of(tenant), request.getUser());
    int most = request.getMaxPerUser() == 0 ? DEFAULT_MOST : request.getMaxPerUser();
    return together.until(
        () -> {
          Optional<Session> before = answered(tenant, bucket, request);
          return before.isPresent() ? before : create(tenant, bucket, request, most);
        });
  }

  private Optional<Session> create(
      TenantView tenant, int bucket, SessionServiceCreateRequest request, int most) {
    UserSessions user = user(tenant, bucket, request.getUser());
    List<Change> changes = new ArrayList<>();
    List<SessionState> staying = new ArrayList<>(user.live());
    while (staying.size() >= most) {
      if (!request.getEvictOldest()) {
        throw SessionErrors.tooMany(tenant.id(), most);
      }
      SessionState oldest = staying.removeLast();
      changes.add(remove(oldest.session().getId()));
    }
    SessionState created = created(request, ids.draw(spaces.of(tenant), bucket));
    staying.addFirst(created);
    changes.add(put(SessionIds.session(created.session().getId()), created.bytes(), created.ttl()));
    changes.add(user.rewritten(staying));
    if (!request.getRequestId().isEmpty()) {
      changes.add(answer(request, created.session()));
    }
    return together.change(tenant, bucket, changes)
        ? Optional.of(created.session())
        : Optional.empty();
  }

  /** A session, without using it. */
  Optional<Session> find(TenantView tenant, String id) {
    return held(tenant, id).map(SessionState::parse).map(SessionState::session);
  }

  /** Uses a session: it lives its whole TTL from now on. An empty value removes an entry. */
  Optional<Session> touch(TenantView tenant, String id, Map<String, String> data) {
    int bucket = SessionIds.bucketOfSession(spaces.of(tenant), id);
    return together.until(() -> touch(tenant, bucket, id, data));
  }

  /** The session if there is one; no answer at all when another change came in between. */
  private Optional<Optional<Session>> touch(
      TenantView tenant, int bucket, String id, Map<String, String> data) {
    Optional<Held> held = held(tenant, id);
    if (held.isEmpty()) {
      return Optional.of(Optional.empty());
    }
    SessionState state = SessionState.parse(held.get());
    SessionState used =
        new SessionState(withData(state.session(), data), state.ttl()).usedAt(now());
    List<Change> changes =
        List.of(
            put(SessionIds.session(id), used.bytes(), used.ttl(), held.get().unchanged()),
            new Change.Extend(SessionIds.user(state.session().getUser()), used.ttl()));
    return together.change(tenant, bucket, changes)
        ? Optional.of(Optional.of(used.session()))
        : Optional.empty();
  }

  /** Ends a session; says whether it was alive. */
  boolean end(TenantView tenant, String id) {
    int bucket = SessionIds.bucketOfSession(spaces.of(tenant), id);
    return together.until(
        () -> {
          Optional<Session> session = find(tenant, id);
          if (session.isEmpty()) {
            return Optional.of(false);
          }
          // Also when its user's list does not name it.
          Change removal = remove(id);
          return endSome(tenant, bucket, session.get().getUser(), id::equals, List.of(removal))
              .map(ended -> true);
        });
  }

  /** The live sessions of a user, the last used first. */
  List<Session> list(TenantView tenant, String user) {
    int bucket = SessionIds.bucketOfUser(spaces.of(tenant), user);
    return user(tenant, bucket, user).live().stream().map(SessionState::session).toList();
  }

  /** Ends all sessions of a user but one; says how many were alive. */
  int endAll(TenantView tenant, String user, String except) {
    int bucket = SessionIds.bucketOfUser(spaces.of(tenant), user);
    return together.until(() -> endSome(tenant, bucket, user, id -> !id.equals(except), List.of()));
  }

  /** How many were ended; empty when another change came in between and none was. */
  private Optional<Integer> endSome(
      TenantView tenant, int bucket, String name, Predicate<String> ends, List<Change> anyway) {
    UserSessions user = user(tenant, bucket, name);
    List<Change> changes = new ArrayList<>();
    List<SessionState> staying = new ArrayList<>();
    for (SessionState each : user.live()) {
      if (ends.test(each.session().getId())) {
        changes.add(remove(each.session().getId()));
      } else {
        staying.add(each);
      }
    }
    int ended = changes.size();
    if (ended > 0) {
      changes.add(user.rewritten(staying));
    } else {
      changes.addAll(anyway);
    }
    if (changes.isEmpty()) {
      return Optional.of(0);
    }
    return together.change(tenant, bucket, changes) ? Optional.of(ended) : Optional.empty();
  }

  private Optional<Held> held(TenantView tenant, String id) {
    int bucket = SessionIds.bucketOfSession(spaces.of(tenant), id);
    return together.read(tenant, bucket, SessionIds.session(id));
  }

  private UserSessions user(TenantView tenant, int bucket, String user) {
    Optional<Held> list = together.read(tenant, bucket, SessionIds.user(user));
    List<String> named = list.map(held -> ids(held.content().value())).orElse(List.of());
    List<SessionState> live =
        together.read(tenant, bucket, named.stream().map(SessionIds::session).toList()).stream()
            .flatMap(Optional::stream)
            .map(SessionState::parse)
            .sorted(Comparator.comparing(SessionState::lastUse).reversed())
            .toList();
    return new UserSessions(user, list, live);
  }

  /** A user's list as it was read, and the sessions that are still there. */
  private final class UserSessions {
    private final String name;
    private final Optional<Held> list;
    private final List<SessionState> live;

    UserSessions(String name, Optional<Held> list, List<SessionState> live) {
      this.name = name;
      this.list = list;
      this.live = live;
    }

    List<SessionState> live() {
      return live;
    }

    /** The list with these sessions, unless another has changed it since. */
    Change rewritten(List<SessionState> staying) {
      EntryKey key = SessionIds.user(name);
      WriteRule rule = list.map(Held::unchanged).orElseGet(WriteRule.IfAbsent::new);
      if (staying.isEmpty()) {
        return new Change.Remove(key, rule);
      }
      Duration longest =
          staying.stream()
              .map(SessionState::ttl)
              .max(Comparator.naturalOrder())
              .orElse(Duration.ZERO);
      String text =
          String.join("\n", staying.stream().map(each -> each.session().getId()).toList());
      return put(key, text.getBytes(StandardCharsets.US_ASCII), longest, rule);
    }
  }

  private static List<String> ids(byte[] value) {
    return new String(value, StandardCharsets.US_ASCII).lines().toList();
  }

  private SessionState created(SessionServiceCreateRequest request, String id) {
    Duration ttl =
        request.hasTtl()
            ? SessionProtos.duration(request.getTtl())
            : defaultTtl(request.getDevice().getKind());
    Instant now = now();
    Session session =
        Session.newBuilder()
            .setId(id)
            .setUser(request.getUser())
            .setDevice(request.getDevice())
            .putAllData(request.getDataMap())
            .setCreateTime(SessionProtos.timestamp(now))
            .build();
    return new SessionState(session, ttl).usedAt(now);
  }

  private Duration defaultTtl(Device kind) {
    CacheTypes.DeviceTtl ttl = types.ttlOf(TYPE);
    return kind == Device.DEVICE_DESKTOP ? ttl.desktop() : ttl.mobile();
  }

  private static Session withData(Session session, Map<String, String> changes) {
    Map<String, String> data = new LinkedHashMap<>(session.getDataMap());
    changes.forEach(
        (key, value) -> {
          if (value.isEmpty()) {
            data.remove(key);
          } else {
            data.put(key, value);
          }
        });
    if (data.size() > MOST_DATA) {
      throw SessionErrors.tooMuchData(MOST_DATA);
    }
    return session.toBuilder().clearData().putAllData(data).build();
  }

  private Optional<Session> answered(
      TenantView tenant, int bucket, SessionServiceCreateRequest request) {
    if (request.getRequestId().isEmpty()) {
      return Optional.empty();
    }
    EntryKey key = SessionIds.request(request.getUser(), request.getRequestId());
    Optional<Held> held = together.read(tenant, bucket, key);
    if (held.isEmpty()) {
      return Optional.empty();
    }
    ByteString kept = held.get().content().bytes();
    byte[] digest = Fingerprint.of(request);
    if (!MessageDigest.isEqual(kept.substring(0, digest.length).toByteArray(), digest)) {
      throw CommonErrors.requestIdReused(request.getRequestId());
    }
    try {
      return Optional.of(Session.parseFrom(kept.substring(digest.length)));
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new IllegalStateException("an entry that opened holds no session", e);
    }
  }

  private Change answer(SessionServiceCreateRequest request, Session session) {
    ByteString kept = ByteString.copyFrom(Fingerprint.of(request)).concat(session.toByteString());
    return put(
        SessionIds.request(request.getUser(), request.getRequestId()),
        kept.toByteArray(),
        REQUEST_KEPT,
        new WriteRule.IfAbsent());
  }

  private Change remove(String id) {
    return new Change.Remove(SessionIds.session(id), new WriteRule.Always());
  }

  private Change put(EntryKey key, byte[] value, Duration ttl) {
    return put(key, value, ttl, new WriteRule.Always());
  }

  private Change put(EntryKey key, byte[] value, Duration ttl, WriteRule rule) {
    Content content = new Content(value, "", false, random.nextLong(), now());
    return new Change.Put(key, content, ttl, rule, true);
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
