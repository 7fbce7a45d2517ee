package dev.kryonix.cache.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kryonix.api.cache.v1.CacheServiceGrpc.CacheServiceBlockingStub;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.cache.entry.RedisKind;
import io.grpc.Status.Code;
import io.lettuce.core.cluster.SlotHash;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Faults of a Redis Cluster, under load. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ClusterFaultsIT {
  /** So many slots move at a time, a node's first ones. */
  private static final int MOVED = 1000;

  private CacheProcess cache;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    cache = new CacheProcess(RedisKind.CLUSTER, folder, Map.of());
  }

  @AfterAll
  void stop() throws Exception {
    cache.stop();
  }

  @Test
  void aMasterThatIsKilledIsReplacedAndQuotasAreRightAgain() throws Exception {
    Map<String, CacheServiceBlockingStub> tenants = tenants(6);
    OnceLoad once = once();
    try (Load load = new Load(tenants);
        once) {
      load.awaitDone(500);
      once.awaitRounds(5);
      int victim = master();
      String lost = nodeId(Engines.clusterPorts().get(victim - 1));
      Engines.kill("redis_cluster_" + victim);
      try {
        List<Integer> witnesses = new ArrayList<>(Engines.clusterPorts());
        witnesses.remove(victim - 1);
        await().atMost(Duration.ofSeconds(90)).until(() -> isReplaced(witnesses, lost));
        long promoted = System.nanoTime();
        long last = load.awaitNoRefusal(Duration.ofSeconds(3));

        assertThat(load.refusals().keySet())
            .isSubsetOf(Code.UNAVAILABLE, Code.ABORTED, Code.DEADLINE_EXCEEDED);
        assertThat(Duration.ofNanos(last - promoted)).isLessThan(RedisFaultsIT.SOON);
      } finally {
        Engines.mend("redis_cluster");
      }
      once.awaitRounds(5);
    }
    once.assertNothingWasDoneTwice();
    RedisFaultsIT.assertBooksAreRight(tenants);
  }

  @Test
  void slotsMoveUnderLoad() throws Exception {
    // A run that was killed in the middle of a move has left its slot open.
    int any = Engines.clusterPorts().getFirst();
    Engines.redis(any, "--cluster", "fix", "127.0.0.1:" + any, "--cluster-yes");
    Map<String, CacheServiceBlockingStub> tenants = tenants(6);
    List<Integer> masters =
        new ArrayList<>(Engines.clusterPorts().stream().filter(ClusterFaultsIT::isMaster).toList());
    int used = masterOf(tenants, masters);
    masters.remove((Integer) used);
    OnceLoad once = once();
    try (Load load = new Load(tenants);
        once) {
      load.awaitDone(500);
      once.awaitRounds(5);
      String from = nodeId(used);
      String to = nodeId(masters.getFirst());
      move(used, from, to);
      move(used, to, from);

      assertThat(load.refusals().keySet()).isSubsetOf(Code.UNAVAILABLE, Code.ABORTED);
    }
    once.assertAllWasDoneOnce();
    RedisFaultsIT.assertBooksAreRight(tenants);
  }

  /** A master of whose first slots one is a tenant's, so that what moves is in use. */
  private int masterOf(Map<String, CacheServiceBlockingStub> tenants, List<Integer> masters)
      throws Exception {
    while (true) {
      tenants.forEach(Load::fill);
      for (int master : masters) {
        Set<Integer> first = firstSlots(master);
        boolean isUsed =
            Engines.redis(master, "--scan")
                .lines()
                .filter(key -> tenants.keySet().stream().anyMatch(id -> key.contains("{" + id)))
                .anyMatch(key -> first.contains(SlotHash.getSlot(key)));
        if (isUsed) {
          return master;
        }
      }
      tenants.putAll(tenants(2));
    }
  }

  private static Set<Integer> firstSlots(int master) throws Exception {
    String myself =
        Engines.redis(master, "cluster", "nodes")
            .lines()
            .filter(line -> line.contains("myself"))
            .findFirst()
            .orElseThrow();
    return Stream.of(myself.strip().split(" "))
        .skip(8)
        .map(range -> range.split("-"))
        .flatMapToInt(
            range ->
                IntStream.rangeClosed(
                    Integer.parseInt(range[0]), Integer.parseInt(range[range.length - 1])))
        .sorted()
        .limit(MOVED)
        .boxed()
        .collect(Collectors.toSet());
  }

  private static void move(int port, String from, String to) throws Exception {
    // Nodes tell each other of the move before, and of what an earlier test did.
    await().atMost(Duration.ofSeconds(60)).until(() -> isWhole(port));
    String output =
        Engines.redis(
            port,
            "--cluster",
            "reshard",
            "127.0.0.1:" + port,
            "--cluster-from",
            from,
            "--cluster-to",
            to,
            "--cluster-slots",
            Integer.toString(MOVED),
            "--cluster-yes");
    assertThat(output).as("resharding").contains("Moving slot").doesNotContain("[ERR]");
  }

  /** Whether all nodes agree about all slots, and none is on its way. */
  private static boolean isWhole(int port) throws Exception {
    String check = Engines.redis(port, "--cluster", "check", "127.0.0.1:" + port);
    return !check.contains("[ERR]") && !check.contains("[WARNING]");
  }

  /** The number of a node that is a master. */
  private static int master() {
    for (int i = 0; i < 6; i++) {
      if (isMaster(Engines.clusterPorts().get(i))) {
        return i + 1;
      }
    }
    throw new AssertionError("no master");
  }

  private static boolean isMaster(int port) {
    try {
      return Engines.redis(port, "role").startsWith("master");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static String nodeId(int port) throws Exception {
    return Engines.redis(port, "cluster", "myid");
  }

  /** Whether, as all the others know, no slot is served by the lost node any more. */
  private static boolean isReplaced(List<Integer> witnesses, String lost) throws Exception {
    for (int witness : witnesses) {
      if (!isReplaced(witness, lost)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isReplaced(int witness, String lost) throws Exception {
    return Engines.redis(witness, "cluster", "nodes")
        .lines()
        .filter(line -> line.startsWith(lost))
        .allMatch(line -> line.strip().split(" ").length <= 8);
  }

  private OnceLoad once() throws Exception {
    return new OnceLoad(cache.blocking(cache.tenant("basic", 50_000)));
  }

  private Map<String, CacheServiceBlockingStub> tenants(int count) throws Exception {
    Map<String, CacheServiceBlockingStub> tenants = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      DesiredTenant tenant = cache.tenant(i % 2 == 0 ? "basic" : "enterprise", 300);
      tenants.put(tenant.getId(), cache.blocking(tenant));
    }
    return tenants;
  }
}
