package dev.kryonix.gateway.transcode;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.kryonix.gateway.EchoContract;
import dev.kryonix.gateway.contract.Contract;
import dev.kryonix.gateway.route.MalformedPathException;
import dev.kryonix.gateway.route.Match;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Status.Code;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Whatever the path, the query and the body: a request becomes a message that protobuf reads, or is
 * refused as the caller's mistake, soon. The inputs that are kept beside this class run with the
 * other tests; JAZZER_FUZZ=1 looks for new ones.
 */
class TranscodeFuzzTest {
  private static final List<String> METHODS = List.of("GET", "POST", "PUT", "PATCH", "DELETE");
  private static final Pattern VARIABLE = Pattern.compile("\\{[^}=]+=?(?<form>[^}]*)}");
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Contract ECHO = echo();
  private static final Contract PLATFORM = Contract.load(List.of());

  private static final Routes ECHO_ROUTES = new Routes(ECHO);
  private static final Routes PLATFORM_ROUTES = new Routes(PLATFORM);

  private static Contract echo() {
    try {
      return EchoContract.load();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Any path at all. */
  @FuzzTest(maxDuration = "5m")
  void anyRequest(FuzzedDataProvider data) throws Exception {
    boolean platform = data.consumeBoolean();
    String method = data.pickValue(METHODS);
    String path = "/" + data.consumeString(120);
    request(platform, method, path, data.consumeString(200), data.consumeRemainingAsBytes());
  }

  /** A path that leads to an RPC, so that what comes behind it is reached. */
  @FuzzTest(maxDuration = "5m")
  void aRequestOfARoute(FuzzedDataProvider data) throws Exception {
    boolean platform = data.consumeBoolean();
    Binding binding = data.pickValue((platform ? PLATFORM_ROUTES : ECHO_ROUTES).all());
    String open =
        VARIABLE
            .matcher(binding.template().source())
            .replaceAll(each -> each.group("form").isEmpty() ? "*" : each.group("form"));
    StringBuilder path = new StringBuilder();
    for (String literal : open.split("\\*+", -1)) {
      path.append(path.isEmpty() ? "" : word(data)).append(literal);
    }
    request(
        platform,
        binding.httpMethod(),
        path.toString(),
        data.consumeString(200),
        data.consumeRemainingAsBytes());
  }

  /** What may stand for a segment, mostly. */
  private static String word(FuzzedDataProvider data) {
    return "x" + data.consumeString(10).replaceAll("[^A-Za-z0-9%:._~-]", "");
  }

  private static void request(
      boolean platform, String method, String path, String query, byte[] body) throws IOException {
    long began = System.nanoTime();
    Contract contract = platform ? PLATFORM : ECHO;
    Routes routes = platform ? PLATFORM_ROUTES : ECHO_ROUTES;
    try {
      if (routes.find(method, path)
          instanceof Match.Found<Binding>(Binding binding, Map<String, String> captures)) {
        mapped(contract, binding, captures, query, body);
      }
    } catch (MalformedPathException e) {
      assertThat(e.getMessage()).isNotBlank();
    } catch (ServiceException e) {
      assertThat(e.code()).isIn(Code.INVALID_ARGUMENT, Code.RESOURCE_EXHAUSTED);
      assertThat(e.toStatus().getMessage()).isNotBlank();
    }
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(SOON);
  }

  private static void mapped(
      Contract contract, Binding binding, Map<String, String> captures, String query, byte[] body)
      throws InvalidProtocolBufferException {
    byte[] wire =
        new RequestMapper(contract)
            .map(binding, captures, query, new HttpContent(HttpContent.JSON, body));
    DynamicMessage message = DynamicMessage.parseFrom(binding.rpc().method().getInputType(), wire);
    assertThat(message.getUnknownFields().asMap()).isEmpty();
    byte[] json = contract.codecs().print(binding.rpc().method().getInputType(), wire);
    assertThat(new String(json, StandardCharsets.UTF_8)).startsWith("{");
  }
}
