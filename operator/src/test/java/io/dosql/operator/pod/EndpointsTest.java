package io.dosql.operator.pod;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;

class EndpointsTest {

  private static final DatabaseKey KEY = new DatabaseKey("shop", "orders");

  @Test
  void addresses_areThoseOfTheServices() {
    ServiceEndpoints endpoints = new ServiceEndpoints();
    assertThat(endpoints.data(KEY)).isEqualTo(URI.create("http://orders-rw.shop.svc:8080"));
    assertThat(endpoints.admin(KEY))
        .isEqualTo(URI.create("http://orders-0.orders-pods.shop.svc:8081"));
  }

  @Test
  void names_followTheDatabase() {
    assertThat(KEY.qualifiedName()).isEqualTo("shop/orders");
    assertThat(KEY.appSecret()).isEqualTo("orders-app");
    assertThat(KEY.keysSecret()).isEqualTo("orders-keys");
    assertThat(KEY.dataClaim()).isEqualTo("data-orders-0");
  }
}
