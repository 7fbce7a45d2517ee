package dev.kryonix.messaging.faults;

import com.nimbusds.jose.JOSEException;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.messaging.process.Messaging;
import dev.kryonix.testkit.ServiceProcess;
import io.grpc.CallCredentials;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** The instances of the service that a load may call, which come and go. */
final class Ground {
  private final Messaging messaging;
  private final Path folder;
  private final List<ServiceProcess> serving = new CopyOnWriteArrayList<>();
  private int started = 1;

  /** One instance, with these settings, as all have that come later. */
  Ground(Path folder, Map<String, String> settings) throws IOException, JOSEException {
    this.folder = folder;
    this.messaging = new Messaging(folder, settings);
    serving.add(messaging.service());
  }

  Messaging messaging() {
    return messaging;
  }

  /** The way to an instance: the same for the same number, as long as none comes or goes. */
  ManagedChannel channel(int who) {
    List<ServiceProcess> now = List.copyOf(serving);
    return now.get(Math.floorMod(who, now.size())).channel();
  }

  CallCredentials caller(DesiredTenant tenant) throws JOSEException {
    return messaging.caller(tenant);
  }

  /** Starts one more instance. */
  void addInstance() throws IOException {
    serving.add(messaging.replica(folder.resolve("instance-" + ++started)));
  }

  /** Kills the instance that has been there longest, as a crash would. */
  void killOldestInstance() throws InterruptedException {
    ServiceProcess oldest = serving.getFirst();
    oldest.kill();
    serving.remove(oldest);
  }

  void stop() throws InterruptedException {
    try {
      messaging.stop();
    } finally {
      for (ServiceProcess instance : serving) {
        if (instance != messaging.service()) {
          instance.stop();
        }
      }
    }
  }
}
