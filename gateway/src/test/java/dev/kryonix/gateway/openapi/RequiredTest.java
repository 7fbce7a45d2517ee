package dev.kryonix.gateway.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.protovalidate.Violation;
import build.buf.protovalidate.exceptions.ValidationException;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import dev.kryonix.gateway.contract.Contract;
import dev.kryonix.gateway.contract.Rpc;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the document calls required is what the services refuse to be without. */
class RequiredTest {
  private final Validator validator = ValidatorFactory.newBuilder().build();

  @Test
  void aFieldIsRequiredWhenAMessageWithoutItIsRefused() throws ValidationException {
    Set<Descriptor> types = new HashSet<>();
    for (Rpc rpc : Contract.load(List.of()).rpcs()) {
      collect(rpc.method().getInputType(), types);
    }

    for (Descriptor type : types) {
      assertThat(
              type.getFields().stream()
                  .filter(Rules::isRequired)
                  .map(FieldDescriptor::getName)
                  .collect(Collectors.toSet()))
          .as(type.getFullName())
          .isEqualTo(missing(type));
    }
    assertThat(types).hasSizeGreaterThan(100);
  }

  private Set<String> missing(Descriptor type) throws ValidationException {
    Set<String> oneofs =
        type.getRealOneofs().stream().map(oneof -> oneof.getName()).collect(Collectors.toSet());
    Set<String> missing = new HashSet<>();
    for (Violation violation :
        validator.validate(DynamicMessage.getDefaultInstance(type)).getViolations()) {
      var path = violation.toProto().getField().getElementsList();
      if (!path.isEmpty() && !oneofs.contains(path.getFirst().getFieldName())) {
        missing.add(path.getFirst().getFieldName());
      }
    }
    return missing;
  }

  private static void collect(Descriptor type, Set<Descriptor> into) {
    if (WellKnownSchemas.of(type).isEmpty() && into.add(type)) {
      type.getFields().stream()
          .filter(field -> field.getJavaType() == FieldDescriptor.JavaType.MESSAGE)
          .forEach(field -> collect(field.getMessageType(), into));
    }
  }
}
