package dev.kryonix.cache.entry;

import dev.kryonix.kit.identity.TenantUid;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;

/**
 * What all pipelines may hold of requests and answers, and all reads of large values, together: a
 * third of the heap. A tenant may take more only while it holds less than what is left (the dynamic
 * threshold of Choudhury and Hahne, 1998), so one alone has half, and each that comes finds some.
 */
@Singleton
final class AnswerMemory {
  private static final int PART_OF_HEAP = 3;

  private final long most;
  private final Map<TenantUid, Tenant> tenants = new HashMap<>();
  private long held;

  @Inject
  AnswerMemory() {
    this(Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
  }

  AnswerMemory(long most) {
    this.most = most;
  }

  /** What a tenant's shares come to. */
  private static final class Tenant {
    private final TenantUid uid;
    private int shares;
    private long own;

    Tenant(TenantUid uid) {
      this.uid = uid;
    }
  }

  /** A share of the tenant's, until it is closed. */
  synchronized Share share(TenantUid uid) {
    Tenant tenant = tenants.computeIfAbsent(uid, Tenant::new);
    tenant.shares++;
    return new Share(tenant);
  }

  /** What one stream or one call holds. */
  final class Share implements AutoCloseable {
    /** Twice what a stream's window lets in, as a client may send larger values than before. */
    static final long MOST = 2 * Pipeline.WINDOW_BYTES;

    private final Tenant tenant;
    private long own;
    private boolean closed;

    private Share(Tenant tenant) {
      this.tenant = tenant;
    }

    /** Takes that many bytes; false when there is no room for them. */
    boolean take(long bytes) {
      synchronized (AnswerMemory.this) {
        if (closed || own + bytes > MOST || tenant.own + bytes > most - held) {
          return false;
        }
        own += bytes;
        tenant.own += bytes;
        held += bytes;
        return true;
      }
    }

    void give(long bytes) {
      synchronized (AnswerMemory.this) {
        if (!closed) {
          own -= bytes;
          tenant.own -= bytes;
          held -= bytes;
        }
      }
    }

    @Override
    public void close() {
      synchronized (AnswerMemory.this) {
        give(own);
        if (!closed && --tenant.shares == 0) {
          tenants.remove(tenant.uid);
        }
        closed = true;
      }
    }
  }
}
