package dev.kryonix.kit.state;

import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.api.tenant.v1.SyncComplete;
import dev.kryonix.api.tenant.v1.SyncRequest;
import dev.kryonix.api.tenant.v1.SyncResponse;
import dev.kryonix.api.tenant.v1.TenantRemoval;
import dev.kryonix.api.tenant.v1.TenantUpdate;
import dev.kryonix.kit.identity.TenantUid;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service's end of the state stream: a plain state machine whose network, timer, threads and
 * randomness are injected. Not safe for threads: its owner calls it under one lock.
 *
 * <p>At most two streams are open: the one whose messages count, and, after a Drain, its
 * replacement, which takes over with its first message. When none is left, another is opened after
 * a jittered, growing pause. Works that came over a stream that has gone go on; their answers are
 * dropped, and the next Hello says what they came to.
 */
final class StateSession implements Lanes.Outlet {
  private static final Logger LOG = LoggerFactory.getLogger(StateSession.class);
  private static final Duration PAUSE_FIRST = Duration.ofMillis(100);

  /** A suspension reaches nobody while there is no stream: one that can be had is had soon. */
  private static final Duration PAUSE_MOST = Duration.ofSeconds(1);

  private static final int MAX_DOUBLINGS = 10;

  /**
   * Of the tenants known, the share that a full sync may leave out before it is taken for a
   * mistake.
   */
  private static final double MAX_SHARE_LEFT_OUT = 0.05;

  private final Identity identity;
  private final TenantDirectory directory;
  private final Surroundings surroundings;
  private final RandomGenerator random;
  private final Lanes lanes;
  private @Nullable Link current;
  private @Nullable Link replacement;
  private boolean reconnecting;
  private boolean stopped;
  private boolean isSynced;
  private int failedAttempts;

  /** What a full sync has named so far, while one that starts from nothing runs. */
  private @Nullable Set<TenantUid> named;

  /**
   * Who the session speaks for.
   *
   * @param service the service's name
   * @param instance the process, unique among live ones
   * @param parallelism the most works that run at once
   */
  record Identity(String service, String instance, int parallelism) {}

  /** The world around the session. None of the methods waits or calls back before it returns. */
  interface Surroundings extends Network {
    /** Calls {@link StateSession#pauseEnded} after the pause. */
    void pause(Duration pause);

    /** Runs the job on a thread of its own, then calls {@link StateSession#finished}. */
    void run(Job job);

    /** The service knows every tenant, and has tried to make each true, for the first time. */
    void synced();
  }

  StateSession(
      Identity identity,
      TenantDirectory directory,
      Surroundings surroundings,
      RandomGenerator random) {
    this.identity = identity;
    this.directory = directory;
    this.surroundings = surroundings;
    this.random = random;
    this.lanes = new Lanes(directory, this, identity.parallelism());
  }

  /**
   * Opens the first stream. Nobody is served before the first lease: what the process remembers, or
   * hears from a replica that lags behind, may have been suspended meanwhile.
   */
  void begin() {
    directory.lease(Duration.ZERO);
    current = open();
  }

  /** Begins with what an earlier process had begun, or made true. */
  void restore(List<DesiredTenant> known) {
    for (DesiredTenant tenant : known) {
      TenantUid uid = TenantUid.fromBytes(tenant.getUid());
      lanes.restore(
          uid,
          tenant.getGeneration() == 0
              ? Optional.empty()
              : Optional.of(StateProtos.work(tenant).desired()));
    }
  }

  /** Opens no stream any more, and ends those that are open. */
  void stop() {
    stopped = true;
    for (@Nullable Link link : new @Nullable Link[] {current, replacement}) {
      if (link != null) {
        link.close();
      }
    }
    current = null;
    replacement = null;
  }

  void pauseEnded() {
    reconnecting = false;
    if (stopped) {
      return;
    }
    if (current == null) {
      current = open();
    } else if (replacement == null) {
      replacement = open();
    }
  }

  /** The job has ended: made true, or not. */
  void finished(Job job, @Nullable Failure failure) {
    lanes.finished(job, failure);
  }

  void progressed(Job job, StepEvent event) {
    for (Job.Ticket ticket : job.tickets()) {
      if (isOpen(ticket.link()) && ticket.link().isReady()) {
        ticket.link().send(StateProtos.progress(ticket.nonce(), event));
      }
    }
  }

  /** The tenant's engine objects are not as they must be: makes them so again. */
  void repair(TenantView view) {
    lanes.repair(view);
  }

  /**
   * Sends a message that may be lost, such as a usage report; false when there is nobody to hear.
   */
  boolean offer(SyncRequest message) {
    if (current == null || !current.isReady()) {
      return false;
    }
    current.send(message);
    return true;
  }

  @Override
  public void start(Job job) {
    surroundings.run(job);
  }

  @Override
  public void succeeded(Job job) {
    for (Job.Ticket ticket : job.tickets()) {
      if (isOpen(ticket.link())) {
        ticket.link().send(StateProtos.ack(ticket.nonce(), job.census()));
      }
    }
  }

  @Override
  public void failed(Job job, Failure failure) {
    for (Job.Ticket ticket : job.tickets()) {
      if (isOpen(ticket.link())) {
        ticket.link().send(StateProtos.nack(ticket.nonce(), failure));
      }
    }
  }

  @Override
  public void allTried() {
    if (!isSynced) {
      isSynced = true;
      surroundings.synced();
    }
  }

  private Link open() {
    Events events = new Events();
    Link link = surroundings.open(events);
    events.link = link;
    Map<TenantUid, Long> known = named == null ? lanes.known() : Map.of();
    StateProtos.hello(identity.service(), identity.instance(), known).forEach(link::send);
    return link;
  }

  private boolean isOpen(Link link) {
    return link == current || link == replacement;
  }

  private void received(Link link, SyncResponse message) {
    if (link == replacement) {
      Link drained = current;
      current = link;
      replacement = null;
      if (drained != null) {
        drained.close();
      }
    }
    if (link != current) {
      return;
    }
    switch (message.getMessageCase()) {
      case UPDATE -> update(link, message.getUpdate());
      case REMOVAL -> remove(link, message.getRemoval());
      case SYNC_COMPLETE -> complete(message.getSyncComplete());
      case RESTRICTION -> lanes.restrict(StateProtos.restriction(message.getRestriction()));
      case LEASE -> directory.lease(StateProtos.duration(message.getLease().getDuration()));
      case DRAIN -> {
        if (replacement == null && !reconnecting) {
          replacement = open();
        }
      }
      case RESYNC -> {
        LOG.warn("tenant-service asks to start from nothing: {}", message.getResync().getReason());
        named = new HashSet<>();
        current = null;
        link.close();
        reconnect();
      }
      case MESSAGE_NOT_SET -> LOG.debug("a message of a later version of the contract");
    }
  }

  private void update(Link link, TenantUpdate update) {
    Job.Ticket ticket = new Job.Ticket(link, update.getNonce());
    accept(ticket, () -> StateProtos.work(update.getTenant()));
  }

  private void remove(Link link, TenantRemoval removal) {
    Job.Ticket ticket = new Job.Ticket(link, removal.getNonce());
    accept(ticket, () -> StateProtos.work(removal));
  }

  private void accept(Job.Ticket ticket, Supplier<Work> parser) {
    Work work;
    try {
      work = parser.get();
    } catch (IllegalArgumentException e) {
      ticket
          .link()
          .send(StateProtos.nack(ticket.nonce(), Failure.invalid(String.valueOf(e.getMessage()))));
      return;
    }
    if (replacement != null && !lanes.knows(work.uid()) && work instanceof Work.Apply) {
      // The replacement's Hello has been sent without this tenant: taken from here, its removal
      // might never be told
      // there. The replacement brings it anyway.
      return;
    }
    if (named != null && work instanceof Work.Apply) {
      named.add(work.uid());
    }
    lanes.accept(new Job(work, List.of(ticket)));
  }

  private void complete(SyncComplete complete) {
    failedAttempts = 0;
    if (named != null) {
      closeLeftOut(named, complete.getTenants());
      named = null;
    }
    lanes.awaitFirstTries();
  }

  /**
   * After a full sync, a tenant known here that it did not name has been purged, so long ago that
   * nobody says so.
   */
  private void closeLeftOut(Set<TenantUid> present, long announced) {
    Set<TenantUid> leftOut = new HashSet<>();
    for (TenantView view : directory.all()) {
      if (!present.contains(view.uid())) {
        leftOut.add(view.uid());
      }
    }
    double allowed = Math.max(1, directory.all().size() * MAX_SHARE_LEFT_OUT);
    if (present.size() < announced || leftOut.size() > allowed) {
      LOG.error(
          "a full sync named {} of {} tenants and left out {} known here: these stay as they are",
          present.size(),
          announced,
          leftOut.size());
      return;
    }
    lanes.close(leftOut);
  }

  private void lost(Link link, String why) {
    if (link == replacement) {
      replacement = null;
    } else if (link == current) {
      current = replacement;
      replacement = null;
      if (current != null) {
        return;
      }
      if (failedAttempts == 0) {
        LOG.warn("the state stream is lost: {}", why);
      }
    } else {
      return;
    }
    reconnect();
  }

  private void reconnect() {
    if (stopped || reconnecting) {
      return;
    }
    reconnecting = true;
    long most =
        Math.min(
            PAUSE_MOST.toMillis(),
            PAUSE_FIRST.toMillis() << Math.min(failedAttempts, MAX_DOUBLINGS));
    failedAttempts++;
    // Half fixed, half random: instances that lost one server don't come back in step.
    surroundings.pause(Duration.ofMillis(most / 2 + random.nextLong(most / 2 + 1)));
  }

  /** One stream's events, passed on while the stream counts. */
  private final class Events implements Network.Listener {
    private @Nullable Link link;

    @Override
    public void received(SyncResponse message) {
      if (link != null) {
        StateSession.this.received(link, message);
      }
    }

    @Override
    public void lost(String why) {
      if (link != null) {
        StateSession.this.lost(link, why);
      }
    }
  }
}
