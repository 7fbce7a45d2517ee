package dev.kryonix.gateway.http;

import com.google.rpc.Status;
import dev.kryonix.gateway.contract.Contract;
import dev.kryonix.gateway.transcode.HttpContent;
import dev.kryonix.gateway.transcode.HttpStatuses;
import dev.kryonix.gateway.transcode.StatusJson;
import dev.kryonix.gateway.upstream.UpstreamStatus;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.errors.WireErrors;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;

/** Writes what is not a response message: errors, and answers without content. */
@Singleton
public final class Answers {
  private final StatusJson json;

  Answers(Contract contract) {
    json = new StatusJson(contract);
  }

  public void refuse(HttpExchange exchange, ServiceException why) {
    refuse(exchange, why, Map.of());
  }

  public void refuse(HttpExchange exchange, ServiceException why, Map<String, String> headers) {
    error(exchange, why.toStatus(), headers);
  }

  public void error(HttpExchange exchange, UpstreamStatus end) {
    error(exchange, status(end), Map.of());
  }

  public void empty(HttpExchange exchange, Map<String, String> headers) {
    exchange.answer(204, HttpContent.NONE, headers);
  }

  /** The error as the last piece of a stream. */
  public byte[] last(UpstreamStatus end) {
    return json.write(status(end));
  }

  private void error(HttpExchange exchange, Status status, Map<String, String> headers) {
    int http = HttpStatuses.of(status);
    Map<String, String> all = new HashMap<>(headers);
    if (http == 401) {
      all.put("www-authenticate", "Bearer");
    }
    HttpStatuses.retryAfterSeconds(status)
        .ifPresent(seconds -> all.put("retry-after", Long.toString(seconds)));
    exchange.record().status(status);
    exchange.answer(http, new HttpContent(HttpContent.JSON, json.write(status)), all);
  }

  /** The end of a call as the one shape of errors. */
  public static Status status(UpstreamStatus end) {
    Status details = end.trailers().get(WireErrors.DETAILS);
    if (details != null && details.getCode() == end.status().getCode().value()) {
      return details;
    }
    String message = end.status().getDescription();
    return Status.newBuilder()
        .setCode(end.status().getCode().value())
        .setMessage(message == null ? "" : message)
        .build();
  }
}
