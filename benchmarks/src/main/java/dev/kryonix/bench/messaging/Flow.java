package dev.kryonix.bench.messaging;

import dev.kryonix.bench.load.Rounds;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages on their way through a queue: published with confirms and nobody consuming, then
 * consumed from what has been left so, and both at once. PerfTest and the service take turns.
 */
final class Flow {
  static final String PERF_TEST = "PerfTest";
  static final String GATEWAY = "gateway";
  private static final int MANY = 8;
  static final List<Integer> PRODUCERS = List.of(1, MANY);
  static final String ALONE = "subscribe alone";
  static final String TOGETHER = "publish and subscribe";

  private final Lab lab;

  Flow(Lab lab) {
    this.lab = lab;
  }

  static String publishing(int producers) {
    return producers == 1 ? "publish, 1 producer" : "publish, %d producers".formatted(producers);
  }

  void round(int round) throws IOException, InterruptedException {
    for (int producers : PRODUCERS) {
      List<Subject> subjects = producers == 1 ? subjects() : direct();
      for (Subject subject : Rounds.order(subjects, round)) {
        lab.add(publishing(producers), subject.name(), subject.publish(producers));
        if (producers == 1) {
          lab.add(ALONE, subject.name(), subject.consume());
        }
        lab.empty();
      }
    }
    together(round);
  }

  /** The one kind of round that others build on. */
  void together() throws IOException, InterruptedException {
    for (int round = 0; round < lab.extent().rounds(); round++) {
      together(round);
    }
  }

  private void together(int round) throws IOException, InterruptedException {
    for (Subject subject : Rounds.order(subjects(), round)) {
      lab.add(TOGETHER, subject.name(), subject.both());
      lab.empty();
    }
  }

  /** Lets the JVMs that stay compile what they will run: the service, the gateway and this one. */
  void warmUp() throws IOException, InterruptedException {
    for (Subject subject : subjects()) {
      if (subject instanceof Service service) {
        service.warmUp();
        lab.empty();
      }
    }
  }

  private List<Subject> subjects() {
    List<Subject> subjects = new ArrayList<>(direct());
    subjects.add(new Service(GATEWAY, lab.tenants().gateway(Lab.TENANT), Treatment.PLAIN));
    return subjects;
  }

  private List<Subject> direct() {
    return List.of(new Peer(), service(Treatment.PLAIN), service(Treatment.SEALED));
  }

  List<Subject> peerAndPlain() {
    return List.of(new Peer(), service(Treatment.PLAIN));
  }

  private Service service(Treatment treatment) {
    return new Service(treatment.label(), lab.tenants().direct(Lab.TENANT), treatment);
  }

  /** One of those that are compared. */
  sealed interface Subject {
    String name();

    Reading publish(int producers) throws IOException, InterruptedException;

    Reading consume() throws IOException, InterruptedException;

    Reading both() throws IOException, InterruptedException;
  }

  private final class Peer implements Subject {
    @Override
    public String name() {
      return PERF_TEST;
    }

    @Override
    public Reading publish(int producers) throws IOException, InterruptedException {
      return run(lab.extent().publishing(), producers, 0);
    }

    @Override
    public Reading consume() throws IOException, InterruptedException {
      return run(lab.extent().consuming(), 0, 1);
    }

    @Override
    public Reading both() throws IOException, InterruptedException {
      return run(lab.extent().publishing(), 1, 1);
    }

    private Reading run(Period period, int producers, int consumers)
        throws IOException, InterruptedException {
      return lab.perfTest()
          .run(
              Tenants.vhost(Lab.TENANT),
              Lab.PEER_QUEUE,
              period,
              "--producers",
              "" + producers,
              "--confirm",
              "" + PublishStreams.WINDOW,
              "--consumers",
              "" + consumers,
              "--qos",
              "" + Subscriptions.OUTSTANDING);
    }
  }

  private final class Service implements Subject {
    private final String name;
    private final Target target;
    private final Treatment treatment;

    Service(String name, Target target, Treatment treatment) {
      this.name = name;
      this.target = target;
      this.treatment = treatment;
    }

    @Override
    public String name() {
      return name;
    }

    void warmUp() throws InterruptedException {
      together();
      try (PublishStreams streams = new PublishStreams(target, treatment, MANY)) {
        lab.warmUp();
        require(streams.confirmed());
      }
      // Of what has been left.
      try (Subscriptions consumer = new Subscriptions(target, 1)) {
        Thread.sleep(lab.extent().warmUp().dividedBy(2));
        require(consumer.done());
      }
    }

    private void together() throws InterruptedException {
      try (PublishStreams producer = new PublishStreams(target, treatment, 1);
          Subscriptions consumer = new Subscriptions(target, 1)) {
        lab.warmUp();
        require(Math.min(producer.confirmed(), consumer.done()));
      }
    }

    private void require(long done) {
      if (done == 0) {
        throw new IllegalStateException(name + " does nothing");
      }
    }

    @Override
    public Reading publish(int producers) throws InterruptedException {
      try (PublishStreams streams = new PublishStreams(target, treatment, producers)) {
        return lab.measure(lab.extent().publishing(), streams::confirmed, streams.latencies());
      }
    }

    @Override
    public Reading consume() throws InterruptedException {
      try (Subscriptions consumer = new Subscriptions(target, 1)) {
        return lab.measure(lab.extent().consuming(), consumer::done, consumer.latencies());
      }
    }

    @Override
    public Reading both() throws InterruptedException {
      try (PublishStreams producer = new PublishStreams(target, treatment, 1);
          Subscriptions consumer = new Subscriptions(target, 1)) {
        return lab.measure(
            lab.extent().publishing(),
            () -> Math.min(producer.confirmed(), consumer.done()),
            consumer.latencies());
      }
    }
  }
}
