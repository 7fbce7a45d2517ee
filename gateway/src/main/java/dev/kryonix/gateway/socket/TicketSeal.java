package dev.kryonix.gateway.socket;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.crypto.DirectDecrypter;
import com.nimbusds.jose.crypto.DirectEncrypter;
import com.nimbusds.jwt.EncryptedJWT;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.kryonix.kit.crypto.MasterKey;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Date;
import java.util.Optional;
import javax.crypto.SecretKey;

/**
 * Seals tickets, so that any gateway can open one and nobody else can: an encrypted JWT (RFC 7516,
 * AES-256-GCM) around the caller's own token, which the services behind will check again. Each
 * ticket has a key of its own, derived from the platform key and the ticket's id, so no two are
 * sealed under one.
 */
@Singleton
final class TicketSeal {
  /** How long a ticket is good for: time enough to connect. */
  static final Duration LIFE = Duration.ofSeconds(30);

  private static final String PURPOSE = "kryonix/socket-ticket/v1";
  private static final String PATH = "path";
  private static final String TOKEN = "token";
  private static final String ACT_AS = "act_as";
  private static final int ID_BYTES = 16;

  private final MasterKey master;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  TicketSeal(MasterKey master, InstantSource clock) {
    this.master = master;
    this.clock = clock;
  }

  /**
   * A ticket.
   *
   * @param text what the caller gets
   * @param expiry when it ends
   */
  record Ticket(String text, Instant expiry) {
    @Override
    public String toString() {
      return "Ticket[***]";
    }
  }

  /** What was in a ticket, with its id. */
  record Opened(String id, TicketGrant grant) {}

  /** Seals a ticket that ends after its time, or with the token. */
  Ticket seal(TicketGrant grant, Optional<Instant> tokenExpiry) {
    Instant latest = clock.instant().plus(LIFE);
    Instant expiry = tokenExpiry.filter(latest::isAfter).orElse(latest);
    byte[] id = new byte[ID_BYTES];
    random.nextBytes(id);
    JWTClaimsSet.Builder claims =
        new JWTClaimsSet.Builder().expirationTime(Date.from(expiry)).claim(PATH, grant.path());
    grant.token().ifPresent(token -> claims.claim(TOKEN, token));
    grant.actAs().ifPresent(tenant -> claims.claim(ACT_AS, tenant));
    EncryptedJWT jwt =
        new EncryptedJWT(
            new JWEHeader.Builder(JWEAlgorithm.DIR, EncryptionMethod.A256GCM)
                .keyID(Base64.getUrlEncoder().withoutPadding().encodeToString(id))
                .build(),
            claims.build());
    try {
      jwt.encrypt(new DirectEncrypter(key(id)));
    } catch (JOSEException e) {
      throw new IllegalStateException("AES-GCM is not to be had", e);
    }
    return new Ticket(jwt.serialize(), expiry);
  }

  /** Opens a ticket; refuses what is not ours or has ended. */
  Opened open(String ticket) {
    JWTClaimsSet claims;
    String id;
    Opened opened;
    try {
      EncryptedJWT jwt = EncryptedJWT.parse(ticket);
      id = jwt.getHeader().getKeyID();
      jwt.decrypt(new DirectDecrypter(key(id(jwt.getHeader()))));
      claims = jwt.getJWTClaimsSet();
      opened =
          new Opened(
              id,
              new TicketGrant(
                  claims.getStringClaim(PATH),
                  Optional.ofNullable(claims.getStringClaim(TOKEN)),
                  Optional.ofNullable(claims.getStringClaim(ACT_AS))));
    } catch (ParseException | JOSEException | RuntimeException e) {
      // The parser has no one word for what it cannot read.
      throw SocketErrors.ticket("it is none of ours");
    }
    if (!clock.instant().isBefore(claims.getExpirationTime().toInstant())) {
      throw SocketErrors.ticket("it has expired");
    }
    return opened;
  }

  private static byte[] id(JWEHeader header) {
    byte[] id = Base64.getUrlDecoder().decode(String.valueOf(header.getKeyID()));
    if (id.length != ID_BYTES || !header.getEncryptionMethod().equals(EncryptionMethod.A256GCM)) {
      throw new IllegalArgumentException("not a header of ours");
    }
    return id;
  }

  private SecretKey key(byte[] id) {
    return master.derive(id, PURPOSE);
  }
}
