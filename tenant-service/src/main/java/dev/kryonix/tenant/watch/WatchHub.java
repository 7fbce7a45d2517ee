package dev.kryonix.tenant.watch;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.kryonix.api.tenant.v1.WatchTenantResponse;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.postgres.Tx;
import dev.kryonix.tenant.changes.ChangeListener;
import dev.kryonix.tenant.changes.Notices;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings what happens to a tenant to those who watch it, at whichever replica they are. */
@Singleton
public final class WatchHub implements ChangeListener {
  private static final Logger LOG = LoggerFactory.getLogger(WatchHub.class);
  private static final int UID_BYTES = 16;

  private final Notices notices;
  private final Map<TenantUid, Set<Watch>> watches = new ConcurrentHashMap<>();

  WatchHub(Notices notices) {
    this.notices = notices;
    notices.subscribe(this::receive);
  }

  /** Tells all watchers of the event, when the transaction commits. */
  public void publish(Tx tx, TenantUid uid, WatchTenantResponse event) throws SQLException {
    notices.send(tx, uid.toBytes().concat(event.toByteString()).toByteArray());
  }

  /** Watches the tenant until closed. */
  public Watch watch(TenantUid uid) {
    Watch watch = new Watch(this, uid);
    watches.compute(
        uid,
        (key, set) -> {
          Set<Watch> all = set == null ? ConcurrentHashMap.newKeySet() : set;
          all.add(watch);
          return all;
        });
    return watch;
  }

  void end(Watch watch) {
    watches.computeIfPresent(
        watch.uid(),
        (key, set) -> {
          set.remove(watch);
          return set.isEmpty() ? null : set;
        });
  }

  @Override
  public void reset() {
    watches.values().forEach(set -> set.forEach(Watch::tenantChanged));
  }

  @Override
  public void changed(Set<TenantUid> tenants) {
    tenants.forEach(uid -> watches.getOrDefault(uid, Set.of()).forEach(Watch::tenantChanged));
  }

  private void receive(byte[] message) {
    ByteString bytes = ByteString.copyFrom(message);
    try {
      TenantUid uid = TenantUid.fromBytes(bytes.substring(0, UID_BYTES));
      Set<Watch> watching = watches.getOrDefault(uid, Set.of());
      if (!watching.isEmpty()) {
        WatchTenantResponse event = WatchTenantResponse.parseFrom(bytes.substring(UID_BYTES));
        watching.forEach(watch -> watch.offer(event));
      }
    } catch (InvalidProtocolBufferException e) {
      LOG.warn("a watch event of another version was passed over");
    }
  }
}
