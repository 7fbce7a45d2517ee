package dev.kryonix.gateway.transcode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import dev.kryonix.gateway.EchoContract;
import dev.kryonix.gateway.contract.Contract;
import dev.kryonix.gateway.route.Match;
import dev.kryonix.kit.errors.ServiceException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests to messages, as google.api.http and the proto3 JSON mapping say. */
class RequestMapperTest {
  private final Contract contract;
  private final Routes routes;
  private final RequestMapper mapper;

  RequestMapperTest() throws Exception {
    contract = EchoContract.load();
    routes = new Routes(contract);
    mapper = new RequestMapper(contract);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "number=-5                                | {\"number\":-5}",
        "number=1e2                               | {\"number\":100}",
        "bigNumber=9007199254740993               | {\"bigNumber\":\"9007199254740993\"}",
        "big_number=-9223372036854775808          | {\"bigNumber\":\"-9223372036854775808\"}",
        "hugeNumber=18446744073709551615          | {\"hugeNumber\":\"18446744073709551615\"}",
        "smallUnsigned=4294967295                 | {\"smallUnsigned\":4294967295}",
        "ratio=2.5                                | {\"ratio\":2.5}",
        "ratio=NaN                                | {\"ratio\":\"NaN\"}",
        "flag=true                                | {\"flag\":true}",
        "data=AP8%3D                              | {\"data\":\"AP8=\"}",
        "data=_-8                                 | {\"data\":\"/+8=\"}",
        "color=COLOR_RED                          | {\"color\":\"COLOR_RED\"}",
        "color=2                                  | {\"color\":\"COLOR_BLUE\"}",
        "tags=a&tags=b+c&tags=                    | {\"tags\":[\"a\",\"b c\",\"\"]}",
        "numbers=1&numbers=2                      | {\"numbers\":[1,2]}",
        "colors=COLOR_RED&colors=2                | {\"colors\":[\"COLOR_RED\",\"COLOR_BLUE\"]}",
        "inner.name=x&inner.child.depth=2         | {\"inner\":{\"name\":\"x\",\"child\":{\"depth\":2}}}",
        "inner.labels=p&inner.labels=q            | {\"inner\":{\"labels\":[\"p\",\"q\"]}}",
        "at=2025-01-02T03:04:05.5Z                | {\"at\":\"2025-01-02T03:04:05.500Z\"}",
        "lasting=1.5s                             | {\"lasting\":\"1.500s\"}",
        "mask=inner.name,bigNumber                | {\"mask\":\"inner.name,bigNumber\"}",
        "maybeNumber=0                            | {\"maybeNumber\":\"0\"}",
        "maybeText=                               | {\"maybeText\":\"\"}",
        "maybeFlag=false                          | {\"maybeFlag\":false}",
        "remark=                                  | {\"remark\":\"\"}",
        "textChoice=x                             | {\"textChoice\":\"x\"}",
        "number=1&&flag=true                      | {\"number\":1,\"flag\":true}",
      })
  void queryParametersAreFields(String query, String json) throws Exception {
    assertThat(json(map("GET", "/v1/open/i", query, ""))).isEqualTo(withId(json));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "nmuber=1                  | nmuber",
        "inner=x                   | inner",
        "inner.nmae=x              | inner.nmae",
        "inners.name=x             | inners.name",
        "counts=1                  | counts",
        "object=x                  | object",
        "number=x                  | number",
        "number=2147483648         | number",
        "number=1.5                | number",
        "number=                   | number",
        "number=0x10               | number",
        "number=1e999999           | number",
        "smallUnsigned=-1          | smallUnsigned",
        "smallRatio=1e39           | smallRatio",
        "flag=yes                  | flag",
        "color=COLOR_GREEN         | color",
        "data=%%                   | query",
        "data=***                  | data",
        "at=yesterday              | at",
        "lasting=1                 | lasting",
        "number=1&number=2         | number",
        "id=j                      | id",
        "remark=%ff                | query",
      })
  void aWrongQueryParameterIsNamed(String query, String field) {
    assertRefused("GET", "/v1/open/i", query, "", field);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}                                                   | {}",
        "{\"number\":\"7\",\"big_number\":8}                  | {\"number\":7,\"bigNumber\":\"8\"}",
        "{\"number\":1.0e1}                                   | {\"number\":10}",
        "{\"color\":2,\"colors\":[\"COLOR_RED\",9]}           | {\"color\":\"COLOR_BLUE\",\"colors\":[\"COLOR_RED\",9]}",
        "{\"counts\":{\"a\":1,\"b\":\"2\"}}                   | {\"counts\":{\"a\":1,\"b\":2}}",
        "{\"inners\":[{\"name\":\"a\"},{}]}                   | {\"inners\":[{\"name\":\"a\"},{}]}",
        "{\"object\":{\"a\":[1,null,{\"b\":true}]}}           | {\"object\":{\"a\":[1.0,null,{\"b\":true}]}}",
        "{\"anything\":null}                                  | {\"anything\":null}",
        "{\"number\":null,\"tags\":null,\"inner\":null}       | {}",
        "{\"nothing\":{}}                                     | {\"nothing\":{}}",
        "{\"maybeNumber\":5,\"maybeFlag\":true}               | {\"maybeNumber\":\"5\",\"maybeFlag\":true}",
        "{\"ratio\":\"-Infinity\"}                            | {\"ratio\":\"-Infinity\"}",
        "{\"data\":\"-_8=\"}                                  | {\"data\":\"+/8=\"}",
      })
  void jsonBodiesAreMessages(String body, String json) throws Exception {
    assertThat(json(map("POST", "/v1/open", "", body))).isEqualTo(json);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"nope\":1}                            | nope",
        "{\"inner\":{\"child\":{\"nope\":1}}}    | inner.child.nope",
        "{\"inners\":[{},{\"nope\":1}]}          | inners[1].nope",
        "{\"number\":true}                       | number",
        "{\"flag\":\"true\"}                     | flag",
        "{\"id\":5}                              | id",
        "{\"tags\":\"a\"}                        | tags",
        "{\"tags\":[null]}                       | tags[0]",
        "{\"inner\":[]}                          | inner",
        "{\"number\":1,\"number\":2}             | number",
        "{\"bigNumber\":1,\"big_number\":2}      | big_number",
        "{\"textChoice\":\"a\",\"numberChoice\":1} | numberChoice",
        "{\"counts\":{\"a\":null}}               | counts.a",
        "{\"at\":\"x\"}                          | at",
        "{\"id\":\"\\ud800\"}                    | id",
        "[]                                      | body",
        "5                                       | body",
        "{\"id\":\"a\"} x                        | body",
        "{\"id\":\"a\"                           | body",
        "{id:\"a\"}                              | body",
        "{\"id\":'a'}                            | body",
        "{\"id\":\"a\",}                         | body",
        "{\"number\":01}                         | body",
        "// c                                    | body",
      })
  void aWrongBodyIsNamed(String body, String field) {
    assertRefused("POST", "/v1/open", "", body, field);
  }

  @Test
  void aDeeplyNestedBodyIsRefused() {
    String body = "{\"object\":" + "{\"a\":".repeat(5000) + "1" + "}".repeat(5001);

    assertRefused("POST", "/v1/open", "", body, "body");
  }

  @Test
  void nestedPathFieldsAndVerbsAndFieldsAsBodies() throws Exception {
    assertThat(
            json(map("PUT", "/v1/echo/shelves/1/books/a/b%2Fc:move", "number=2", "{\"depth\":3}")))
        .isEqualTo("{\"number\":2,\"inner\":{\"name\":\"shelves/1/books/a/b%2Fc\",\"depth\":3}}");
    assertThat(json(map("POST", "/v1/echo/i/tags", "flag=true", "[\"a\",\"b\"]")))
        .isEqualTo("{\"id\":\"i\",\"flag\":true,\"tags\":[\"a\",\"b\"]}");
  }

  @Test
  void pathAndBodyMustAgree() throws Exception {
    assertThat(json(map("PATCH", "/v1/items/i", "", "{\"id\":\"i\",\"title\":\"t\"}")))
        .isEqualTo("{\"item\":{\"id\":\"i\",\"title\":\"t\"},\"updateMask\":\"title\"}");
    assertRefused("PATCH", "/v1/items/i", "", "{\"id\":\"j\",\"title\":\"t\"}", "item.id");
    assertRefused("POST", "/v1/open", "number=1", "{}", "number");
    assertRefused("GET", "/v1/open/i", "", "{}", "body");
  }

  @Test
  void thePatchMaskComesFromTheBodyUnlessItIsGiven() throws Exception {
    String body =
        "{\"title\":null,\"details\":{\"name\":\"n\",\"child\":{}},\"labels\":{\"k\":\"v\"},\"due\":\"2025-01-01T00:00:00Z\"}";

    assertThat(json(map("PATCH", "/v1/items/i", "", body)))
        .endsWith("\"updateMask\":\"title,details.name,details.child,labels,due\"}");
    assertThat(json(map("PATCH", "/v1/items/i", "updateMask=title", "{\"title\":\"t\"}")))
        .endsWith("\"updateMask\":\"title\"}");
    assertRefused("PATCH", "/v1/items/i", "", "{}", "body");
  }

  @Test
  void onlyOneMemberOfAOneofMayBeGivenWhereverItStands() {
    assertRefused("GET", "/v1/open/i", "textChoice=x&numberChoice=1", "", "numberChoice");
    assertRefused("GET", "/v1/open/i", "number_choice=0&text_choice=", "", "text_choice");
  }

  @Test
  void everyRouteOfThePlatformCompiles() {
    assertThat(new Routes(Contract.load(List.of())).all()).isNotEmpty();
  }

  private void assertRefused(String method, String path, String query, String body, String field) {
    ServiceException refusal =
        catchThrowableOfType(ServiceException.class, () -> map(method, path, query, body));

    assertThat(refusal)
        .isNotNull()
        .extracting(ServiceException::reasonName)
        .isEqualTo("INVALID_FIELD");
    assertThat(refusal.toStatus().getDetailsList())
        .contains(
            Any.pack(
                BadRequest.newBuilder()
                    .addFieldViolations(
                        FieldViolation.newBuilder()
                            .setField(field)
                            .setDescription(description(refusal)))
                    .build()));
  }

  private static String description(ServiceException refusal) {
    String message = refusal.getMessage();
    return message.substring(message.indexOf(": ") + 2);
  }

  private Message map(String method, String path, String query, String body) throws Exception {
    if (!(routes.find(method, path)
        instanceof Match.Found<Binding>(Binding binding, Map<String, String> captures))) {
      throw new AssertionError("no route " + method + " " + path);
    }
    HttpContent content = new HttpContent(HttpContent.JSON, body.getBytes(StandardCharsets.UTF_8));
    return DynamicMessage.parseFrom(
        binding.rpc().method().getInputType(), mapper.map(binding, captures, query, content));
  }

  private String json(Message message) throws Exception {
    return JsonFormat.printer()
        .usingTypeRegistry(contract.types())
        .omittingInsignificantWhitespace()
        .print(message);
  }

  private static String withId(String json) {
    return "{\"id\":\"i\"," + json.substring(1);
  }
}
