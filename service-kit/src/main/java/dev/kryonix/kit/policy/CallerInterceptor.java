package dev.kryonix.kit.policy;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.api.policy.v1.Exposure;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.BearerToken;
import dev.kryonix.kit.identity.Callers;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TokenVerifier;
import dev.kryonix.kit.telemetry.CallTrace;
import dev.kryonix.kit.telemetry.RpcSpans;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status.Code;
import io.opentelemetry.api.trace.Span;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who calls, before anything else of the call is looked at. A public RPC needs no token,
 * and reads none.
 */
public final class CallerInterceptor implements ServerInterceptor {
  /** Names the tenant in which a platform caller acts. */
  public static final Metadata.Key<String> ACT_AS =
      Metadata.Key.of("x-kryonix-tenant", Metadata.ASCII_STRING_MARSHALLER);

  /** Says where a call comes from; only the gateway sets it. */
  public static final Metadata.Key<String> SOURCE =
      Metadata.Key.of("x-kryonix-source", Metadata.ASCII_STRING_MARSHALLER);

  private static final int LONGEST_SOURCE = 64;

  private final TokenVerifier tokens;
  private final MethodPolicies policies;

  public CallerInterceptor(TokenVerifier tokens, MethodPolicies policies) {
    this.tokens = tokens;
    this.policies = policies;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String method = call.getMethodDescriptor().getFullMethodName();
    String source = source(call, headers);
    if (policies.of(method).exposure() == Exposure.EXPOSURE_PUBLIC) {
      Context context = Callers.from(Context.current(), source);
      return Contexts.interceptCall(context, call, headers, next);
    }
    Principal principal =
        KnownCaller.take(headers)
            .orElseGet(() -> actingAs(tokens.verify(BearerToken.of(headers)), headers));
    trace(principal);
    Context context = Callers.with(Context.current(), source, principal);
    return Contexts.interceptCall(context, call, headers, next);
  }

  /** What the gateway says, which lets nobody else say it; else the other end of the connection. */
  private static String source(ServerCall<?, ?> call, Metadata headers) {
    String told = headers.get(SOURCE);
    if (told != null) {
      return told.length() <= LONGEST_SOURCE ? told : "";
    }
    return call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)
                instanceof InetSocketAddress address
            && address.getAddress() != null
        ? address.getAddress().getHostAddress()
        : "";
  }

  private static void trace(Principal principal) {
    @Nullable Span span = CallTrace.current().span();
    if (span != null) {
      RpcSpans.caller(span, principal.tenant().map(TenantId::value).orElse(""), principal.plan());
    }
  }

  /** The principal, in the tenant that a header names when one does. */
  public static Principal actingAs(Principal principal, Metadata headers) {
    @Nullable Iterable<String> named = headers.getAll(ACT_AS);
    if (named == null || principal.kind() == Principal.Kind.SERVICE) {
      return principal;
    }
    Iterator<String> each = named.iterator();
    TenantId id =
        TenantId.parse(each.next())
            .orElseThrow(() -> invalid("x-kryonix-tenant is not a tenant id."));
    if (each.hasNext()) {
      // Which one is meant could be read differently on the way.
      throw invalid("x-kryonix-tenant is given more than once.");
    }
    if (principal.tenant().equals(Optional.of(id))) {
      return principal;
    }
    if (principal.kind() != Principal.Kind.PLATFORM
        || !principal.hasScope(Principal.PLATFORM_ACT_AS)) {
      throw ServiceException.of(
              Code.PERMISSION_DENIED,
              ErrorReason.ERROR_REASON_SCOPE_MISSING,
              "Acting in another tenant needs the scope platform.act-as.")
          .with("scope", Principal.PLATFORM_ACT_AS);
    }
    return principal.actAs(id, Optional.empty());
  }

  private static ServiceException invalid(String message) {
    return ServiceException.of(
            Code.INVALID_ARGUMENT, ErrorReason.ERROR_REASON_INVALID_FIELD, message)
        .field(ACT_AS.name(), "not one tenant id");
  }
}
