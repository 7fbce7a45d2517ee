package dev.kryonix.gateway;

import dev.kryonix.gateway.contract.Contract;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** The contract of the echo service, read as the platform's is. */
public final class EchoContract {
  private EchoContract() {}

  public static Contract load() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(EchoContract.class.getResourceAsStream("/echo.pb"))) {
      return Contract.of(in.readAllBytes());
    }
  }
}
