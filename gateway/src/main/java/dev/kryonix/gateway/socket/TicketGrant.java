package dev.kryonix.gateway.socket;

import java.util.Optional;

/**
 * What a ticket stands for.
 *
 * @param path the path of the one socket that it opens, as it was asked for
 * @param token the token of the caller; none where the RPC needs none
 * @param actAs the tenant that a platform caller acts in, when it names one
 */
record TicketGrant(String path, Optional<String> token, Optional<String> actAs) {
  @Override
  public String toString() {
    return "TicketGrant[" + path + "]";
  }
}
