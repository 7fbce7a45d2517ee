package dev.kryonix.tenant.tenants;

import dev.kryonix.kit.identity.TenantId;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Ids derived from names: {@code Clínica Exemplo} → {@code clinica_exemplo}. */
final class Slugs {
  private static final int LONGEST = 40;
  private static final int SHORTEST = 3;
  private static final Pattern MARKS = Pattern.compile("\\p{M}+");
  private static final Pattern OTHERS = Pattern.compile("[^a-z0-9]+");
  private static final Pattern EDGES = Pattern.compile("^[0-9_]+|_+$");

  /** Engines have users named after tenants, beside one of the platform's own. */
  private static final Set<String> RESERVED = Set.of("admin");

  private Slugs() {}

  /** Whether no tenant can have the id. */
  static boolean isReserved(TenantId id) {
    return RESERVED.contains(id.value());
  }

  /** The id that the name suggests; with a number behind it from the second attempt on. */
  static TenantId of(String displayName, int attempt) {
    String letters =
        MARKS
            .matcher(Normalizer.normalize(displayName, Normalizer.Form.NFKD))
            .replaceAll("")
            .toLowerCase(Locale.ROOT);
    String slug = EDGES.matcher(OTHERS.matcher(letters).replaceAll("_")).replaceAll("");
    if (slug.length() < SHORTEST) {
      slug = slug.isEmpty() ? "tenant" : "tenant_" + slug;
    }
    String number = attempt == 1 ? "" : "_" + attempt;
    int room = LONGEST - number.length();
    return new TenantId((slug.length() <= room ? slug : slug.substring(0, room)) + number);
  }
}
