package dev.kryonix.kit.server;

import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.Status;
import io.grpc.StatusOr;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * The target {@code list:///one:1,two:2}: all addresses of all names in the list, each resolved as
 * {@code dns:///} would. A name that can't be resolved is left out as long as another can.
 */
public final class AddressList extends NameResolverProvider {
  private static final String SCHEME = "list";

  /** The target for the addresses of a service, of which there may be several between commas. */
  public static String target(String addresses) {
    return SCHEME + ":///" + addresses.replace(" ", "");
  }

  @Override
  protected boolean isAvailable() {
    return true;
  }

  @Override
  protected int priority() {
    return 5;
  }

  @Override
  public String getDefaultScheme() {
    return SCHEME;
  }

  @Override
  public Collection<Class<? extends java.net.SocketAddress>> getProducedSocketAddressTypes() {
    return Set.of(java.net.InetSocketAddress.class);
  }

  @Override
  public NameResolver newNameResolver(URI target, NameResolver.Args args) {
    List<NameResolver> parts = new ArrayList<>();
    for (String address : target.getPath().substring(1).split(",", -1)) {
      parts.add(
          NameResolverRegistry.getDefaultRegistry()
              .asFactory()
              .newNameResolver(URI.create("dns:///" + address), args));
    }
    return new Union(parts);
  }

  /** Tells the addresses of all parts as those of one name, once every part has answered. */
  private static final class Union extends NameResolver {
    private final List<NameResolver> parts;
    private final List<StatusOr<List<EquivalentAddressGroup>>> answers = new ArrayList<>();

    Union(List<NameResolver> parts) {
      this.parts = List.copyOf(parts);
      parts.forEach(part -> answers.add(StatusOr.fromStatus(Status.UNAVAILABLE)));
    }

    @Override
    public String getServiceAuthority() {
      return parts.getFirst().getServiceAuthority();
    }

    @Override
    public void start(Listener2 listener) {
      boolean[] answered = new boolean[parts.size()];
      for (int i = 0; i < parts.size(); i++) {
        int part = i;
        parts
            .get(i)
            .start(
                new Listener2() {
                  // The channel's resolvers speak on its one synchronization context.
                  @Override
                  public Status onResult2(ResolutionResult result) {
                    answered[part] = true;
                    answers.set(part, result.getAddressesOrError());
                    return tell(listener, answered);
                  }

                  @Override
                  public void onResult(ResolutionResult result) {
                    onResult2(result);
                  }

                  @Override
                  public void onError(Status error) {
                    answered[part] = true;
                    answers.set(part, StatusOr.fromStatus(error));
                    tell(listener, answered);
                  }
                });
      }
    }

    private Status tell(Listener2 listener, boolean[] answered) {
      for (boolean each : answered) {
        if (!each) {
          return Status.OK;
        }
      }
      List<EquivalentAddressGroup> all = new ArrayList<>();
      Status error = Status.UNAVAILABLE;
      for (StatusOr<List<EquivalentAddressGroup>> answer : answers) {
        if (answer.hasValue()) {
          all.addAll(answer.getValue());
        } else {
          error = answer.getStatus();
        }
      }
      return listener.onResult2(
          ResolutionResult.newBuilder()
              .setAddressesOrError(
                  all.isEmpty() ? StatusOr.fromStatus(error) : StatusOr.fromValue(all))
              .build());
    }

    @Override
    public void refresh() {
      parts.forEach(NameResolver::refresh);
    }

    @Override
    public void shutdown() {
      parts.forEach(NameResolver::shutdown);
    }
  }
}
