package dev.kryonix.cache.structure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import dev.kryonix.api.cache.v1.AppendResponse;
import dev.kryonix.api.cache.v1.CacheServiceGrpc;
import dev.kryonix.api.cache.v1.Device;
import dev.kryonix.api.cache.v1.HashDeleteResponse;
import dev.kryonix.api.cache.v1.HashSetResponse;
import dev.kryonix.api.cache.v1.IncrementResponse;
import dev.kryonix.api.cache.v1.ListEnd;
import dev.kryonix.api.cache.v1.ListPopResponse;
import dev.kryonix.api.cache.v1.ListPushResponse;
import dev.kryonix.api.cache.v1.ScoredMember;
import dev.kryonix.api.cache.v1.SetAddResponse;
import dev.kryonix.api.cache.v1.SetRemoveResponse;
import dev.kryonix.api.cache.v1.SortedSetAddResponse;
import dev.kryonix.api.cache.v1.SortedSetRangeRequest;
import dev.kryonix.api.cache.v1.SortedSetRemoveResponse;
import dev.kryonix.api.cache.v1.ValueKind;
import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.api.tenant.v1.CacheLimits;
import dev.kryonix.cache.entry.CacheBeans;
import dev.kryonix.cache.entry.EntryKey;
import dev.kryonix.cache.entry.Recount;
import dev.kryonix.cache.entry.RedisKind;
import dev.kryonix.cache.entry.Tenants;
import dev.kryonix.cache.entry.TestEntries;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.server.Readiness;
import dev.kryonix.kit.state.TenantView;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.ApplicationContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Structures on a real Redis of either kind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class StructuresSuite {
  private static final EntryKey KEY = new EntryKey("crm", "temp", "k:{x}");

  private ApplicationContext context;
  private Structures structures;
  private Pages pages;
  private Recount recount;

  /** The kind of Redis that the suite runs on. */
  abstract RedisKind kind();

  @BeforeAll
  void start() throws Exception {
    // Hundreds of callers take turns.
    context = CacheBeans.start(kind(), Map.of("kryonix.redis.timeout", "60s"));
    structures = context.getBean(Structures.class);
    pages = context.getBean(Pages.class);
    recount = new Recount(context);
    await().until(() -> context.getBean(Readiness.class).isServing());
  }

  @AfterAll
  void stop() {
    context.close();
  }

  @Test
  void theServiceOfTheContractServesThem() {
    assertThat(context.getBean(CacheServiceGrpc.CacheServiceImplBase.class).bindService())
        .isNotNull();
  }

  @Test
  void aCounterBeginsAtZeroAndKeepsItsExpiryUnlessToldOtherwise() {
    TenantView tenant = tenant(100);
    assertThat(increment(tenant, 0).getValue()).isZero();
    assertThat(recount.booked(tenant).keys()).as("reading makes no entry").isZero();

    IncrementResponse first =
        change(
            tenant,
            target(KEY, Duration.ofHours(1)),
            Shape.COUNTER,
            Operations.increment(5),
            IncrementResponse.parser());
    IncrementResponse second = increment(tenant, -7);

    assertThat(first.getValue()).isEqualTo(5);
    assertThat(second.getValue()).isEqualTo(-2);
    assertThat(second.getMetadata().getKind()).isEqualTo(ValueKind.VALUE_KIND_COUNTER);
    assertThat(second.getMetadata().getEtag()).isNotEqualTo(first.getMetadata().getEtag());
    assertThat(second.getMetadata().getTtlLeft().getSeconds()).isBetween(3_300L, 3_600L);
    assertThat(increment(tenant, 0).getMetadata().getEtag())
        .isEqualTo(second.getMetadata().getEtag());
  }

  @Test
  void aStructureThatDoesNotOpenIsDiscardedAndToldOfAndBlocksNobody() {
    TenantView tenant = tenant(100);
    assertThat(increment(tenant, 5).getValue()).isEqualTo(5);
    double before = unreadable();
    new TestEntries(context).damage(tenant, 0, KEY);

    assertThat(increment(tenant, 1).getValue()).isEqualTo(1);
    assertThat(increment(tenant, 1).getValue()).isEqualTo(2);
    assertThat(unreadable() - before).isEqualTo(1);
    assertThat(recount.booked(tenant)).isEqualTo(recount.counted(tenant));
  }

  private double unreadable() {
    return context
        .getBean(MeterRegistry.class)
        .find("kryonix.cache.reads")
        .tag("outcome", "unreadable")
        .counters()
        .stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  @Test
  void aSumThatLeaves64BitsIsRefusedAndChangesNothing() {
    TenantView tenant = tenant(100);
    increment(tenant, Long.MAX_VALUE);

    assertThat(refused(() -> increment(tenant, 1)).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_INVALID_FIELD);
    assertThat(increment(tenant, 0).getValue()).isEqualTo(Long.MAX_VALUE);
    assertThat(increment(tenant, Long.MIN_VALUE).getValue()).isEqualTo(-1);
    assertThat(refused(() -> increment(tenant, Long.MIN_VALUE)).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_INVALID_FIELD);
  }

  @Test
  void everyIncrementOfManyCallersCountsOnce() throws Exception {
    TenantView tenant = tenant(100);
    try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        all.add(callers.submit(() -> increment(tenant, 1)));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }

    assertThat(increment(tenant, 0).getValue()).isEqualTo(300);
  }

  @Test
  void aRequestIdAppliesOnceAndAnswersTheSame() {
    TenantView tenant = tenant(100);
    Target once =
        new Target(
            KEY,
            Optional.empty(),
            Device.DEVICE_MOBILE,
            Optional.of(new Target.Once("r1", new byte[] {1})));

    IncrementResponse first =
        change(tenant, once, Shape.COUNTER, Operations.increment(3), IncrementResponse.parser());
    increment(tenant, 10);
    IncrementResponse again =
        change(tenant, once, Shape.COUNTER, Operations.increment(3), IncrementResponse.parser());

    assertThat(again).isEqualTo(first);
    assertThat(increment(tenant, 0).getValue()).isEqualTo(13);
    Target other =
        new Target(
            KEY,
            Optional.empty(),
            Device.DEVICE_MOBILE,
            Optional.of(new Target.Once("r1", new byte[] {2})));
    assertThat(
            refused(
                    () ->
                        change(
                            tenant,
                            other,
                            Shape.COUNTER,
                            Operations.increment(3),
                            IncrementResponse.parser()))
                .reason())
        .isEqualTo(ErrorReason.ERROR_REASON_REQUEST_ID_REUSED);
    assertThat(recount.booked(tenant)).isEqualTo(recount.counted(tenant));
  }

  @Test
  void anIncrementByNothingLeavesWhatIsKnownToBeAbsent() {
    TenantView tenant = tenant(100);
    new TestEntries(context).writeAbsent(tenant, KEY, Duration.ofHours(1));

    Target renewing = target(KEY, Optional.of(Duration.ofMinutes(2)));
    IncrementResponse counted =
        change(
            tenant, renewing, Shape.COUNTER, Operations.increment(0), IncrementResponse.parser());

    assertThat(counted).isEqualTo(increment(tenant(100), 0));
    assertThat(new TestEntries(context).isKnownAbsent(tenant, KEY)).isTrue();
  }

  @Test
  void allOfTheLargestListIsPoppedOnceByARequestId() {
    TenantView tenant = tenant(100);
    // With the two bytes of their lengths they take all that a structure may have.
    List<ByteString> all = Collections.nCopies(512, ByteString.copyFrom(new byte[2_046]));
    ListPushResponse unused =
        change(
            tenant,
            target(KEY),
            Shape.LIST,
            Operations.listPush(all, ListEnd.LIST_END_TAIL, 0),
            ListPushResponse.parser());
    Target once =
        new Target(
            KEY,
            Optional.empty(),
            Device.DEVICE_MOBILE,
            Optional.of(new Target.Once("p1", new byte[] {1})));
    var pop = Operations.listPop(1_000, ListEnd.LIST_END_HEAD);

    ListPopResponse first = change(tenant, once, Shape.LIST, pop, ListPopResponse.parser());
    ListPopResponse again = change(tenant, once, Shape.LIST, pop, ListPopResponse.parser());

    assertThat(first.getElementsCount()).isEqualTo(512);
    assertThat(again).isEqualTo(first);
    assertThat(recount.booked(tenant)).isEqualTo(recount.counted(tenant));
  }

  @Test
  void anotherKindIsRefusedAndStaysAsItWas() {
    TenantView tenant = tenant(100);
    increment(tenant, 1);

    assertThat(refused(() -> structures.read(tenant, KEY, Shape.LIST)).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_WRONG_TYPE);
    assertThat(
            refused(
                    () ->
                        change(
                            tenant,
                            target(KEY),
                            Shape.SET,
                            Operations.setAdd(List.of(text("a"))),
                            SetAddResponse.parser()))
                .reason())
        .isEqualTo(ErrorReason.ERROR_REASON_WRONG_TYPE);
    assertThat(increment(tenant, 0).getValue()).isEqualTo(1);
  }

  @Test
  void anEmptiedStructureIsGoneAndGivesItsChargeBack() {
    TenantView tenant = tenant(100);
    change(
        tenant,
        target(KEY),
        Shape.SET,
        Operations.setAdd(List.of(text("a"), text("b"))),
        SetAddResponse.parser());
    SetRemoveResponse removed =
        change(
            tenant,
            target(KEY),
            Shape.SET,
            Operations.setRemove(List.of(text("a"), text("b"), text("c"))),
            SetRemoveResponse.parser());

    assertThat(removed.getRemoved()).isEqualTo(2);
    assertThat(recount.booked(tenant).keys()).isZero();
    assertThat(recount.booked(tenant).bytes()).isZero();
    increment(tenant, 1);
  }

  @Test
  void theWholeIsAtMostAMebibyteAndTheQuotaHolds() {
    TenantView tenant = tenant(1);
    ByteString large = ByteString.copyFrom(new byte[1024 * 1024]);
    change(tenant, target(KEY), Shape.BYTES, Operations.append(large), AppendResponse.parser());

    assertThat(
            refused(
                    () ->
                        change(
                            tenant,
                            target(KEY),
                            Shape.BYTES,
                            Operations.append(text("x")),
                            AppendResponse.parser()))
                .reason())
        .isEqualTo(ErrorReason.ERROR_REASON_VALUE_TOO_LARGE);
    assertThat(structures.read(tenant, KEY, Shape.BYTES)).isEqualTo(large);
    EntryKey another = new EntryKey("crm", "temp", "another");
    assertThat(
            refused(
                    () ->
                        change(
                            tenant,
                            target(another),
                            Shape.COUNTER,
                            Operations.increment(1),
                            IncrementResponse.parser()))
                .reason())
        .isEqualTo(ErrorReason.ERROR_REASON_QUOTA_EXCEEDED);
  }

  @Test
  void aListIsPushedAndPoppedAtBothEnds() {
    TenantView tenant = tenant(100);
    push(tenant, ListEnd.LIST_END_UNSPECIFIED, 0, "a", "b", "c");
    push(tenant, ListEnd.LIST_END_HEAD, 0, "z", "y");

    assertThat(texts(structures.read(tenant, KEY, Shape.LIST)))
        .containsExactly("y", "z", "a", "b", "c");
    assertThat(push(tenant, ListEnd.LIST_END_TAIL, 4, "d")).isEqualTo(4);
    assertThat(texts(structures.read(tenant, KEY, Shape.LIST))).containsExactly("a", "b", "c", "d");
    assertThat(push(tenant, ListEnd.LIST_END_HEAD, 3, "0")).isEqualTo(3);
    assertThat(texts(structures.read(tenant, KEY, Shape.LIST))).containsExactly("0", "a", "b");
    assertThat(texts(pop(tenant, 2, ListEnd.LIST_END_TAIL).getElementsList()))
        .containsExactly("b", "a");
    assertThat(texts(pop(tenant, 0, ListEnd.LIST_END_UNSPECIFIED).getElementsList()))
        .containsExactly("0");
    assertThat(pop(tenant, 5, ListEnd.LIST_END_HEAD).getElementsList()).isEmpty();
  }

  @Test
  void aRangeCountsFromEitherEnd() {
    List<ByteString> list = List.of(text("a"), text("b"), text("c"));

    assertThat(texts(Operations.listRange(list, 1, 0).getElementsList())).containsExactly("b", "c");
    assertThat(texts(Operations.listRange(list, -2, 1).getElementsList())).containsExactly("b");
    assertThat(texts(Operations.listRange(list, -9, 2).getElementsList()))
        .containsExactly("a", "b");
    assertThat(Operations.listRange(list, 3, 2).getElementsList()).isEmpty();
    assertThat(Operations.listRange(list, Long.MAX_VALUE, 2).getElementsList()).isEmpty();
    assertThat(Operations.listRange(list, Long.MIN_VALUE, 1).getElementsList()).hasSize(1);
  }

  @Test
  void aSetIsListedInPagesEachMemberOnce() {
    TenantView tenant = tenant(100);
    Set<ByteString> all = new HashSet<>();
    for (int i = 0; i < 25; i++) {
      all.add(text("member " + i));
    }
    change(
        tenant,
        target(KEY),
        Shape.SET,
        Operations.setAdd(List.copyOf(all)),
        SetAddResponse.parser());

    List<ByteString> listed = new ArrayList<>();
    String token = "";
    do {
      var page =
          pages.page(
              new Pages.Listing(tenant, KEY, 10, token),
              structures.read(tenant, KEY, Shape.SET),
              ByteString::toByteArray);
      listed.addAll(page.items());
      token = page.next();
      assertThat(token.length()).isLessThanOrEqualTo(256);
    } while (!token.isEmpty());

    assertThat(listed).containsExactlyInAnyOrderElementsOf(all);
  }

  @Test
  void aSortedSetIsInTheOrderOfScoresThenBytes() {
    Map<ByteString, Double> set =
        Map.of(text("b"), 1.0, text("a"), 1.0, text("c"), -3.5, text("d"), 1e300);
    SortedSetRangeRequest.Builder request = SortedSetRangeRequest.newBuilder();

    assertThat(members(set, request.build())).containsExactly("c", "a", "b", "d");
    request.setDescending(true).getRankBuilder().setStart(1);
    assertThat(members(set, request.build())).containsExactly("b", "a", "c");
    request.setDescending(false).getScoreBuilder().setMin(1).setMax(1);
    assertThat(members(set, request.build())).containsExactly("a", "b");
    request.getScoreBuilder().setMin(Double.NEGATIVE_INFINITY).setMax(Double.POSITIVE_INFINITY);
    assertThat(members(set, request.setCount(2).build())).containsExactly("c", "a");
    request.getScoreBuilder().setMin(Double.NaN);
    assertThat(refused(() -> SortedSets.range(set, request.build())).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_INVALID_FIELD);
  }

  @Test
  void anyOperationsLeaveWhatAModelSaysAndAnAccountThatEqualsAFullCount() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    TenantView tenant =
        Tenants.create(
            context.getBean(SecretBox.class),
            "acme",
            "enterprise",
            CacheLimits.newBuilder().setKeys(200).setMemoryBytes(3_000_000).build());
    Model model = new Model();
    for (int i = 0; i < 600; i++) {
      step(tenant, random, model);
    }

    model.sets.forEach(
        (key, set) -> assertThat(structures.read(tenant, key, Shape.SET)).isEqualTo(set));
    model.lists.forEach(
        (key, list) -> assertThat(structures.read(tenant, key, Shape.LIST)).isEqualTo(list));
    model.hashes.forEach(
        (key, hash) -> assertThat(structures.read(tenant, key, Shape.HASH)).isEqualTo(hash));
    model.scores.forEach(
        (key, set) -> assertThat(structures.read(tenant, key, Shape.SORTED_SET)).isEqualTo(set));
    model.counters.forEach(
        (key, sum) -> assertThat(structures.read(tenant, key, Shape.COUNTER)).isEqualTo(sum));
    assertThat(recount.booked(tenant)).as("seed " + seed).isEqualTo(recount.counted(tenant));
    assertThat(recount.booked(tenant).keys()).as("seed " + seed).isEqualTo(model.size());
  }

  private void step(TenantView tenant, Random random, Model model) {
    String name = "k" + random.nextInt(4);
    ByteString element = text("e" + random.nextInt(8) + "x".repeat(random.nextInt(300)));
    ByteString member = text("m" + random.nextInt(8));
    Optional<Duration> ttl =
        random.nextBoolean() ? Optional.of(Duration.ofHours(1)) : Optional.empty();
    switch (random.nextInt(9)) {
      case 0 -> {
        Target target = target(new EntryKey("crm", "temp", "counter" + name), ttl);
        long delta = 1L + random.nextInt(100);
        change(
            tenant, target, Shape.COUNTER, Operations.increment(delta), IncrementResponse.parser());
        model.counters.merge(target.address(), delta, Long::sum);
      }
      case 1 -> {
        Target target = target(new EntryKey("crm", "temp", "set" + name), ttl);
        change(
            tenant, target, Shape.SET, Operations.setAdd(List.of(member)), SetAddResponse.parser());
        model.sets.computeIfAbsent(target.address(), key -> new HashSet<>()).add(member);
      }
      case 2 -> {
        Target target = target(new EntryKey("crm", "temp", "set" + name), ttl);
        change(
            tenant,
            target,
            Shape.SET,
            Operations.setRemove(List.of(member)),
            SetRemoveResponse.parser());
        model.sets.computeIfAbsent(target.address(), key -> new HashSet<>()).remove(member);
      }
      case 3 -> {
        Target target = target(new EntryKey("crm", "temp", "list" + name), ttl);
        change(
            tenant,
            target,
            Shape.LIST,
            Operations.listPush(List.of(element), ListEnd.LIST_END_TAIL, 5),
            ListPushResponse.parser());
        List<ByteString> list =
            model.lists.computeIfAbsent(target.address(), key -> new ArrayList<>());
        list.add(element);
        while (list.size() > 5) {
          list.removeFirst();
        }
      }
      case 4 -> {
        Target target = target(new EntryKey("crm", "temp", "list" + name), ttl);
        change(
            tenant,
            target,
            Shape.LIST,
            Operations.listPop(1, ListEnd.LIST_END_HEAD),
            ListPopResponse.parser());
        List<ByteString> list =
            model.lists.computeIfAbsent(target.address(), key -> new ArrayList<>());
        if (!list.isEmpty()) {
          list.removeFirst();
        }
      }
      case 5 -> {
        Target target = target(new EntryKey("crm", "temp", "hash" + name), ttl);
        String field = "f" + random.nextInt(8);
        change(
            tenant,
            target,
            Shape.HASH,
            Operations.hashSet(Map.of(field, element)),
            HashSetResponse.parser());
        model.hashes.computeIfAbsent(target.address(), key -> new HashMap<>()).put(field, element);
      }
      case 6 -> {
        Target target = target(new EntryKey("crm", "temp", "hash" + name), ttl);
        String field = "f" + random.nextInt(8);
        change(
            tenant,
            target,
            Shape.HASH,
            Operations.hashDelete(List.of(field)),
            HashDeleteResponse.parser());
        model.hashes.computeIfAbsent(target.address(), key -> new HashMap<>()).remove(field);
      }
      case 7 -> {
        Target target = target(new EntryKey("crm", "temp", "scores" + name), ttl);
        double score = random.nextInt(5);
        change(
            tenant,
            target,
            Shape.SORTED_SET,
            SortedSets.add(
                List.of(ScoredMember.newBuilder().setMember(member).setScore(score).build())),
            SortedSetAddResponse.parser());
        model.scores.computeIfAbsent(target.address(), key -> new HashMap<>()).put(member, score);
      }
      default -> {
        Target target = target(new EntryKey("crm", "temp", "scores" + name), ttl);
        change(
            tenant,
            target,
            Shape.SORTED_SET,
            SortedSets.remove(List.of(member)),
            SortedSetRemoveResponse.parser());
        model.scores.computeIfAbsent(target.address(), key -> new HashMap<>()).remove(member);
      }
    }
  }

  /** What the structures must hold. */
  private static final class Model {
    private final Map<EntryKey, Long> counters = new HashMap<>();
    private final Map<EntryKey, Set<ByteString>> sets = new HashMap<>();
    private final Map<EntryKey, List<ByteString>> lists = new HashMap<>();
    private final Map<EntryKey, Map<String, ByteString>> hashes = new HashMap<>();
    private final Map<EntryKey, Map<ByteString, Double>> scores = new HashMap<>();

    long size() {
      return counters.size()
          + sets.values().stream().filter(each -> !each.isEmpty()).count()
          + lists.values().stream().filter(each -> !each.isEmpty()).count()
          + hashes.values().stream().filter(each -> !each.isEmpty()).count()
          + scores.values().stream().filter(each -> !each.isEmpty()).count();
    }
  }

  private IncrementResponse increment(TenantView tenant, long delta) {
    return change(
        tenant,
        target(KEY),
        Shape.COUNTER,
        Operations.increment(delta),
        IncrementResponse.parser());
  }

  private long push(TenantView tenant, ListEnd end, long most, String... elements) {
    List<ByteString> all = List.of(elements).stream().map(StructuresSuite::text).toList();
    return change(
            tenant,
            target(KEY),
            Shape.LIST,
            Operations.listPush(all, end, most),
            ListPushResponse.parser())
        .getSize();
  }

  private ListPopResponse pop(TenantView tenant, int count, ListEnd end) {
    return change(
        tenant, target(KEY), Shape.LIST, Operations.listPop(count, end), ListPopResponse.parser());
  }

  private <V, A extends Message> A change(
      TenantView tenant,
      Target target,
      Shape<V> shape,
      Operation<V, A> operation,
      Parser<A> parser) {
    return structures.change(tenant, target, shape, operation, parser);
  }

  private static Target target(EntryKey key) {
    return target(key, Optional.empty());
  }

  private static Target target(EntryKey key, Duration ttl) {
    return target(key, Optional.of(ttl));
  }

  private static Target target(EntryKey key, Optional<Duration> ttl) {
    return new Target(key, ttl, Device.DEVICE_MOBILE, Optional.empty());
  }

  private TenantView tenant(long keys) {
    return Tenants.create(context.getBean(SecretBox.class), "acme", keys, 4_000_000);
  }

  private static ByteString text(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static List<String> texts(List<ByteString> bytes) {
    return bytes.stream().map(ByteString::toStringUtf8).toList();
  }

  private static List<String> members(Map<ByteString, Double> set, SortedSetRangeRequest request) {
    return SortedSets.range(set, request).getMembersList().stream()
        .map(each -> each.getMember().toStringUtf8())
        .toList();
  }

  private static ServiceException refused(Runnable call) {
    ServiceException refusal = catchThrowableOfType(ServiceException.class, call::run);
    assertThat(refusal).isNotNull();
    return refusal;
  }
}
