package dev.kryonix.kit.state;

import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.api.tenant.v1.SyncRequest;
import dev.kryonix.api.tenant.v1.SyncResponse;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * One process of a service in a simulation: the real session and directory, with the network, the
 * engine, the disk and time played by the simulation.
 */
public final class SimulatedInstance {
  private final World world;
  private final Disk disk;
  private final Random random;
  private final TenantDirectory directory;
  private final StateSession session;
  private boolean alive = true;
  private int applying;

  /** What is around the process. */
  public interface World extends InstantSource {
    /** Lets something happen later. */
    void after(Duration delay, Runnable event);

    /** Opens a stream to some replica of tenant-service. */
    Wire connect(Receiver receiver);

    /** Makes the tenant in the engine, which all instances share. */
    void make(TenantUid uid, long generation);

    /** Removes the tenant from the engine. */
    void erase(TenantUid uid);

    /** The generation of the tenant in the engine; 0 for none. */
    long made(TenantUid uid);

    /** Whether the engine refuses now. */
    boolean refuses();
  }

  /** The sending end of a stream. */
  public interface Wire {
    void send(SyncRequest message);

    void close();
  }

  /** The receiving end of a stream. */
  public interface Receiver {
    void received(SyncResponse message);

    void lost();
  }

  /** What outlives the process. */
  public static final class Disk {
    private final Map<TenantUid, DesiredTenant> known = new LinkedHashMap<>();

    public void lose() {
      known.clear();
    }
  }

  public SimulatedInstance(String service, String name, World world, Disk disk, Random random) {
    this.world = world;
    this.disk = disk;
    this.random = random;
    this.directory = new TenantDirectory(world);
    this.session =
        new StateSession(
            new StateSession.Identity(service, name, 2), directory, new Around(), random);
    session.restore(List.copyOf(disk.known.values()));
    session.begin();
  }

  /** The process is killed. */
  public void kill() {
    alive = false;
  }

  /** Whether it works on something that has not reached its disk. */
  public boolean isApplying() {
    return applying > 0;
  }

  /** Compares the engine with what it must be, and mends. */
  public void patrol() {
    if (alive && directory.isCurrent()) {
      directory.all().stream()
          .filter(view -> world.made(view.uid()) != view.generation())
          .forEach(session::repair);
    }
  }

  /** Whether a call of that tenant would be served. */
  public boolean serves(TenantId id, TenantUid uid) {
    if (directory.find(id, uid).filter(view -> view.serving() == Serving.SERVING).isEmpty()) {
      return false;
    }
    Principal caller =
        new Principal(
            "key",
            Principal.Kind.TENANT,
            Optional.of(id),
            Optional.of(uid),
            Set.of(),
            Set.of(),
            "pro",
            Instant.MAX,
            "token",
            false);
    try {
      directory.require(caller);
      return true;
    } catch (ServiceException refused) {
      return false;
    }
  }

  /** The tenants that it shows, as {@code uid generation serving}. */
  public List<String> shown() {
    List<String> shown = new ArrayList<>();
    directory
        .all()
        .forEach(
            view -> shown.add(view.uid() + " " + view.generation() + " " + view.serving().name()));
    shown.sort(null);
    return shown;
  }

  private void work(Job job) {
    boolean fails = world.refuses();
    Duration until = Duration.ofMillis(random.nextInt(10) == 0 ? random.nextInt(20_000) : 5);
    if (job.work() instanceof Work.Apply apply) {
      applying++;
      disk.known.putIfAbsent(
          apply.uid(),
          DesiredTenant.newBuilder()
              .setUid(apply.uid().toBytes())
              .setId(apply.id().value())
              .build());
    }
    world.after(
        until,
        () -> {
          if (alive && !fails) {
            act(job.work());
          }
          // Between the deed and the note of it a process may die.
          world.after(Duration.ofMillis(random.nextInt(20)), () -> finish(job, fails));
        });
  }

  private void act(Work work) {
    switch (work) {
      case Work.Apply apply -> world.make(apply.uid(), apply.generation());
      case Work.Remove remove -> world.erase(remove.uid());
    }
  }

  private void finish(Job job, boolean failed) {
    if (!alive) {
      return;
    }
    if (job.work() instanceof Work.Apply) {
      applying--;
    }
    if (!failed) {
      switch (job.work()) {
        case Work.Apply apply -> disk.known.put(apply.uid(), StateProtos.desired(apply.desired()));
        case Work.Remove remove -> disk.known.remove(remove.uid());
      }
    }
    session.finished(job, failed ? new Failure("step", "EngineAway", "simulated") : null);
  }

  private final class Around implements StateSession.Surroundings {
    @Override
    public Link open(Listener listener) {
      Wire wire =
          world.connect(
              new Receiver() {
                @Override
                public void received(SyncResponse message) {
                  if (alive) {
                    listener.received(message);
                  }
                }

                @Override
                public void lost() {
                  if (alive) {
                    listener.lost("simulated");
                  }
                }
              });
      return new Link() {
        @Override
        public void send(SyncRequest message) {
          wire.send(message);
        }

        @Override
        public boolean isReady() {
          return true;
        }

        @Override
        public void close() {
          wire.close();
        }
      };
    }

    @Override
    public void pause(Duration pause) {
      world.after(
          pause,
          () -> {
            if (alive) {
              session.pauseEnded();
            }
          });
    }

    @Override
    public void run(Job job) {
      work(job);
    }

    @Override
    public void synced() {
      world.after(Duration.ZERO, SimulatedInstance.this::patrol);
    }
  }
}
