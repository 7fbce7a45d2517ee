package dev.kryonix.kit.state;

import dev.kryonix.api.tenant.v1.SyncRequest;
import dev.kryonix.api.tenant.v1.SyncResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The session's surroundings with every event in the test's hands. */
final class ScriptedWorld implements StateSession.Surroundings {
  final List<Stream> streams = new ArrayList<>();
  final Deque<Job> jobs = new ArrayDeque<>();
  final List<Duration> pauses = new ArrayList<>();
  int synced;

  /** One stream, with what the session sent. */
  static final class Stream implements Link {
    final List<SyncRequest> sent = new ArrayList<>();
    final Network.Listener listener;
    boolean ready = true;
    boolean closed;

    Stream(Network.Listener listener) {
      this.listener = listener;
    }

    @Override
    public void send(SyncRequest message) {
      sent.add(message);
    }

    @Override
    public boolean isReady() {
      return ready;
    }

    @Override
    public void close() {
      closed = true;
    }

    void receive(SyncResponse message) {
      listener.received(message);
    }

    /** `ack n1`, `nack n1 Reason`, … as sent. */
    List<String> answers() {
      List<String> answers = new ArrayList<>();
      for (SyncRequest message : sent) {
        switch (message.getMessageCase()) {
          case ACK -> answers.add("ack " + message.getAck().getNonce());
          case NACK ->
              answers.add(
                  "nack " + message.getNack().getNonce() + " " + message.getNack().getReason());
          default -> {}
        }
      }
      return answers;
    }
  }

  Stream last() {
    return streams.getLast();
  }

  @Override
  public Link open(Network.Listener listener) {
    Stream stream = new Stream(listener);
    streams.add(stream);
    return stream;
  }

  @Override
  public void pause(Duration pause) {
    pauses.add(pause);
  }

  @Override
  public void run(Job job) {
    jobs.add(job);
  }

  @Override
  public void synced() {
    synced++;
  }
}
