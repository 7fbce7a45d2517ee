package dev.kryonix.bench.messaging;

import dev.kryonix.bench.load.Profile;
import java.io.IOException;
import java.util.List;

/** Where the service's time goes while it is under load. */
final class Profiles {
  private final Lab lab;
  private final Surroundings surroundings;

  Profiles(Lab lab, Surroundings surroundings) {
    this.lab = lab;
    this.surroundings = surroundings;
  }

  /** Of what is published, and of what is consumed. */
  List<Profile> take() throws IOException, InterruptedException {
    Target target = lab.tenants().direct(Lab.TENANT);
    Profile publishing;
    try (PublishStreams streams = new PublishStreams(target, Treatment.PLAIN, 1)) {
      publishing = take("PublishStream", "publish");
      long unused = streams.confirmed();
    }
    Profile consuming;
    try (Subscriptions consumer = new Subscriptions(target, 1)) {
      consuming = take("Subscribe", "subscribe");
      long unused = consumer.done();
    }
    lab.empty();
    return List.of(publishing, consuming);
  }

  private Profile take(String load, String file) throws IOException, InterruptedException {
    return Profile.take(
        load,
        surroundings.process("messaging"),
        surroundings.folder().resolve("messaging-" + file + ".jfr"),
        Thread::sleep);
  }
}
