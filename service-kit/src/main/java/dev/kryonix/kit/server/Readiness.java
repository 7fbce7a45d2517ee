package dev.kryonix.kit.server;

import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the process can serve: every component it depends on is up, and it is not draining. A
 * component is down until it first says otherwise, so a service whose store is away starts and
 * reports it.
 */
@Singleton
public final class Readiness {
  private static final Logger LOG = LoggerFactory.getLogger(Readiness.class);
  private static final String STARTING = "starting";

  private final Map<String, String> downReasons = new ConcurrentHashMap<>();
  private final Map<String, Boolean> components = new ConcurrentHashMap<>();
  private final Set<String> optional = ConcurrentHashMap.newKeySet();
  private final CopyOnWriteArrayList<Consumer<Boolean>> watchers = new CopyOnWriteArrayList<>();
  private volatile boolean draining;

  /**
   * Something that only a part of what the service does needs: it is shown like the others, and the
   * service serves while it is down.
   */
  public Component optional(String name) {
    optional.add(name);
    return component(name);
  }

  /** Something that the service cannot serve without. */
  public Component component(String name) {
    components.put(name, true);
    downReasons.put(name, STARTING);
    announce();
    return new Component(name);
  }

  public boolean isServing() {
    return !draining && optional.containsAll(downReasons.keySet());
  }

  public boolean isDraining() {
    return draining;
  }

  /** From now on the process only finishes what runs. */
  public void drain() {
    draining = true;
    announce();
  }

  /** The components with `up`, or why they are down; optional ones too. */
  public Map<String, String> components() {
    Map<String, String> states = new TreeMap<>();
    components.keySet().forEach(name -> states.put(name, downReasons.getOrDefault(name, "up")));
    return states;
  }

  /** Calls the watcher now and whenever the state may have changed. */
  void watch(Consumer<Boolean> watcher) {
    watchers.add(watcher);
    watcher.accept(isServing());
  }

  private void announce() {
    boolean serving = isServing();
    watchers.forEach(watcher -> watcher.accept(serving));
  }

  /** One dependency of the process. */
  public final class Component {
    private final String name;

    private Component(String name) {
      this.name = name;
    }

    public void up() {
      String reason = downReasons.remove(name);
      if (reason != null) {
        LOG.info("{} is up", name);
        announce();
      }
    }

    /**
     * Says why the component cannot be used; without secrets, since it is shown on the health page.
     */
    public void down(String reason) {
      String before = downReasons.put(name, reason);
      if (before == null || before.equals(STARTING)) {
        LOG.warn("{} is down: {}", name, reason);
        announce();
      }
    }

    public boolean isUp() {
      return !downReasons.containsKey(name);
    }
  }
}
