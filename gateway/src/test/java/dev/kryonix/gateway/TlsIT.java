package dev.kryonix.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kryonix.gateway.echo.EchoServiceGrpc;
import dev.kryonix.gateway.echo.EchoServiceGrpc.EchoServiceBlockingStub;
import dev.kryonix.gateway.echo.Note;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.util.AdvancedTlsX509KeyManager;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** TLS on both ports, with certificates laid out and swapped the way Kubernetes does it. */
class TlsIT {
  private static final TestCertificate FIRST = TestCertificate.create("first", "EC");
  private static final TestCertificate SECOND = TestCertificate.create("second", "RSA");
  private static final TestCertificate CLIENT = TestCertificate.create("client", "EC");

  private static Path folder;
  private static GatewayProcess gateway;
  private static int versions;

  @BeforeAll
  static void start() throws IOException {
    folder = Files.createTempDirectory("tls");
    swap(FIRST.certificate(), FIRST.key());
    Path authority = CLIENT.certificateIn(Files.createTempDirectory("authority"));
    gateway =
        GatewayProcess.start(
            Map.of(
                "kryonix.gateway.tls.certificate",
                folder.resolve("tls.crt"),
                "kryonix.gateway.tls.key",
                folder.resolve("tls.key"),
                "kryonix.gateway.tls.client-certificates",
                "optional",
                "kryonix.gateway.tls.client-authorities",
                authority,
                "kryonix.gateway.tls.reload",
                "100ms"));
  }

  @AfterEach
  void useTheFirstCertificate() throws IOException {
    swap(FIRST.certificate(), FIRST.key());
    await().until(() -> shown().equals("CN=first"));
  }

  @Test
  void bothPortsSpeakTls13AndNothingOlder() throws IOException {
    for (int port : new int[] {gateway.grpcPort(), gateway.httpPort()}) {
      try (SSLSocket socket = connect(port, FIRST)) {
        socket.startHandshake();
        assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
      }
      try (SSLSocket socket = connect(port, FIRST)) {
        socket.setEnabledProtocols(new String[] {"TLSv1.2"});
        assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
      }
    }
  }

  @Test
  void socketsOpenOverTlsToo() throws Exception {
    CompletableFuture<String> answer = new CompletableFuture<>();
    try (HttpClient client = HttpClient.newBuilder().sslContext(context(FIRST)).build()) {
      WebSocket socket =
          client
              .newWebSocketBuilder()
              .buildAsync(
                  URI.create("wss://127.0.0.1:" + gateway.httpPort() + "/v1/chat"),
                  new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onText(
                        WebSocket of, CharSequence text, boolean last) {
                      answer.complete(text.toString());
                      return CompletableFuture.completedFuture(null);
                    }
                  })
              .join();
      socket.sendText("{\"id\":\"a\"}", true).join();

      assertThat(answer.get(20, TimeUnit.SECONDS)).isEqualTo("{\"id\":\"a\"}");
      socket.abort();
    }
  }

  @Test
  void callsPassAndPlainOnesDoNot() {
    ManagedChannel encrypted = channel(FIRST);
    ManagedChannel plain =
        NettyChannelBuilder.forAddress("127.0.0.1", gateway.grpcPort()).usePlaintext().build();
    try {
      assertThat(call(encrypted)).isEqualTo("a");
      assertThatThrownBy(() -> call(plain))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
    } finally {
      encrypted.shutdownNow();
      plain.shutdownNow();
    }
  }

  @Test
  void theHttpPortOffersHttp2AndHttp11() throws Exception {
    for (HttpClient.Version version : HttpClient.Version.values()) {
      if (version.name().equals("HTTP_3")) {
        continue;
      }
      try (HttpClient client =
          HttpClient.newBuilder().sslContext(context(FIRST)).version(version).build()) {
        URI open = URI.create("https://127.0.0.1:" + gateway.httpPort() + "/v1/open");
        String note = "{\"id\":\"a\",\"remark\":\"" + "r".repeat(300_000) + "\"}";
        HttpResponse<String> answer =
            client.send(
                HttpRequest.newBuilder(open)
                    .header("content-type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(note))
                    .build(),
                HttpResponse.BodyHandlers.ofString());

        assertThat(answer.version()).isEqualTo(version);
        assertThat(answer.body()).isEqualTo(note);
      }
    }
  }

  @Test
  void aNewCertificateServesNewHandshakesAndOpenConnectionsStay() throws IOException {
    ManagedChannel open = channel(FIRST);
    ManagedChannel later = channel(SECOND);
    try {
      assertThat(call(open)).isEqualTo("a");

      swap(SECOND.certificate(), SECOND.key());
      await().until(() -> shown().equals("CN=second"));

      assertThat(call(open)).isEqualTo("a");
      assertThat(call(later)).isEqualTo("a");
    } finally {
      open.shutdownNow();
      later.shutdownNow();
    }
  }

  @Test
  void aBrokenOrHalfWrittenPairKeepsTheOldOne() throws IOException {
    // Read while they are swapped, halves of two that follow each other must make no good pair.
    swap(FIRST.certificate(), SECOND.key());
    stays("CN=first");
    swap(SECOND.certificate().substring(0, 300), SECOND.key());
    stays("CN=first");
    swap(SECOND.certificate(), SECOND.key().substring(0, 100));
    stays("CN=first");
    swap("", "");
    stays("CN=first");

    swap(SECOND.certificate(), SECOND.key());
    await().until(() -> shown().equals("CN=second"));
  }

  @Test
  void aClientCertificateMustComeFromTheAuthorityButIsNotDemanded() throws Exception {
    for (TestCertificate other : new TestCertificate[] {CLIENT, SECOND}) {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress(
                  "127.0.0.1",
                  gateway.grpcPort(),
                  TlsChannelCredentials.newBuilder()
                      .trustManager(stream(FIRST.certificate()))
                      .keyManager(insisting(other))
                      .build())
              .build();
      try {
        if (other == CLIENT) {
          assertThat(call(channel)).isEqualTo("a");
        } else {
          assertThatThrownBy(() -> call(channel)).isInstanceOf(StatusRuntimeException.class);
        }
      } finally {
        channel.shutdownNow();
      }
    }
  }

  @Test
  void aClientThatDoesNotShakeHandsIsCutOff() throws IOException {
    Path files = Files.createTempDirectory("hasty");
    GatewayProcess hasty =
        GatewayProcess.start(
            Map.of(
                "kryonix.gateway.tls.certificate",
                FIRST.certificateIn(files),
                "kryonix.gateway.tls.key",
                FIRST.keyIn(files),
                "kryonix.gateway.tls.handshake-timeout",
                "1s"));
    for (int port : new int[] {hasty.grpcPort(), hasty.httpPort()}) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.setSoTimeout(10_000);
        assertThat(socket.getInputStream().read()).isEqualTo(-1);
      }
    }
  }

  @Test
  void theExpiryIsAMetric() {
    String page = "http://127.0.0.1:" + gateway.managementPort() + "/metrics";
    String metrics = Gateway.send(HttpRequest.newBuilder(URI.create(page))).body();

    assertThat(metrics.lines().filter(line -> line.startsWith("kryonix_gateway_certificate")))
        .singleElement()
        .satisfies(
            line ->
                assertThat(Double.parseDouble(line.substring(line.indexOf(' '))))
                    .isBetween(86_400.0, 2 * 86_400.0));
  }

  /** As a Kubernetes volume: files behind a link, which a rename replaces in one step. */
  private static void swap(String certificate, String key) throws IOException {
    Path version = Files.createDirectory(folder.resolve("..version" + versions++));
    Files.writeString(version.resolve("tls.crt"), certificate);
    Files.writeString(version.resolve("tls.key"), key);
    Path fresh = folder.resolve("..data_tmp");
    Files.createSymbolicLink(fresh, version.getFileName());
    Files.move(fresh, folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    for (String name : new String[] {"tls.crt", "tls.key"}) {
      if (!Files.isSymbolicLink(folder.resolve(name))) {
        Files.createSymbolicLink(folder.resolve(name), Path.of("..data", name));
      }
    }
  }

  private static void stays(String name) {
    await().during(Duration.ofMillis(400)).until(() -> shown().equals(name));
  }

  /** Who the gateway says it is to a new client. */
  private static String shown() throws IOException {
    try (SSLSocket socket = connect(gateway.grpcPort(), FIRST, SECOND)) {
      socket.startHandshake();
      return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
          .getSubjectX500Principal()
          .getName();
    }
  }

  private static String call(ManagedChannel channel) {
    EchoServiceBlockingStub stub =
        EchoServiceGrpc.newBlockingStub(channel).withDeadlineAfter(Duration.ofSeconds(10));
    return stub.open(Note.newBuilder().setId("a").build()).getId();
  }

  private static ManagedChannel channel(TestCertificate trusted) {
    try {
      return NettyChannelBuilder.forAddress(
              "127.0.0.1",
              gateway.grpcPort(),
              TlsChannelCredentials.newBuilder()
                  .trustManager(stream(trusted.certificate()))
                  .build())
          .build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Shows the certificate whatever authorities the server asks for. */
  private static KeyManager insisting(TestCertificate own)
      throws IOException, GeneralSecurityException {
    Path files = Files.createTempDirectory("client");
    AdvancedTlsX509KeyManager manager = new AdvancedTlsX509KeyManager();
    manager.updateIdentityCredentials(own.certificateIn(files).toFile(), own.keyIn(files).toFile());
    return manager;
  }

  private static ByteArrayInputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
  }

  static SSLSocket connect(int port, TestCertificate... trusted) throws IOException {
    return (SSLSocket) context(trusted).getSocketFactory().createSocket("127.0.0.1", port);
  }

  static SSLContext context(TestCertificate... trusted) {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (TestCertificate each : trusted) {
        store.setCertificateEntry(
            each.certificate().substring(40, 80),
            CertificateFactory.getInstance("X.509")
                .generateCertificate(stream(each.certificate())));
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[0], trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
