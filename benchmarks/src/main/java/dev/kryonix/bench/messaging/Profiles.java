package dev.kryonix.bench.messaging;

import dev.kryonix.bench.process.Recording;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where the service's time goes while it is under load. */
final class Profiles {
  private static final Duration LONG = Duration.ofSeconds(8);
  private static final int FRAMES = 25;

  private final Lab lab;
  private final Surroundings surroundings;

  Profiles(Lab lab, Surroundings surroundings) {
    this.lab = lab;
    this.surroundings = surroundings;
  }

  /** The methods most often found running, by what was done. */
  Map<String, List<Map.Entry<String, Double>>> take() throws IOException, InterruptedException {
    Map<String, List<Map.Entry<String, Double>>> profiles = new LinkedHashMap<>();
    Target target = lab.tenants().direct(Lab.TENANT);
    try (PublishStreams streams = new PublishStreams(target, Treatment.PLAIN, 1)) {
      profiles.put("PublishStream", record("publish"));
      long unused = streams.confirmed();
    }
    try (Subscriptions consumer = new Subscriptions(target, 1)) {
      profiles.put("Subscribe", record("subscribe"));
      long unused = consumer.done();
    }
    lab.empty();
    return profiles;
  }

  private List<Map.Entry<String, Double>> record(String name)
      throws IOException, InterruptedException {
    Path file = surroundings.folder().resolve("messaging-" + name + ".jfr");
    Recording recording = Recording.ofProfile(surroundings.process("messaging").pid(), file);
    Thread.sleep(LONG);
    recording.end();
    return recording.topFrames(FRAMES);
  }
}
