/** Tests of the embedded Kubernetes API, by the Fabric8 client and by kubectl. */
@NullMarked
package io.dosql.quickstart.kubernetes;

import org.jspecify.annotations.NullMarked;
