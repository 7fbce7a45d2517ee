package dev.kryonix.bench.messaging;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.List;

/** Micronaut's own publishing with confirms, one after another. */
final class Micronaut {
  static final String SUBJECT = "Micronaut RabbitMQ";

  private final Lab lab;
  private final Surroundings surroundings;

  Micronaut(Lab lab, Surroundings surroundings) {
    this.lab = lab;
    this.surroundings = surroundings;
  }

  /** Messages a second. */
  double measure() throws IOException, InterruptedException {
    Period period = lab.extent().consuming();
    StringBuilder said = new StringBuilder();
    try (PeerProcess process =
            PeerProcess.start(
                surroundings.amqpUri(Tenants.vhost(Lab.TENANT)),
                MicronautPeer.class.getName(),
                List.of(
                    Lab.PEER_QUEUE,
                    "" + period.warmUp().toSeconds(),
                    "" + period.load().toSeconds()));
        BufferedReader output = process.output()) {
      for (String text = output.readLine(); text != null; text = output.readLine()) {
        if (text.matches("[0-9.]+(E[0-9]+)?")) {
          return Double.parseDouble(text);
        }
        said.append(text).append('\n');
      }
    } finally {
      lab.empty();
    }
    throw new IOException("Micronaut has measured nothing: " + said);
  }
}
