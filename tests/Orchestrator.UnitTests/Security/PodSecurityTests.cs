using System.Text.Json.Nodes;
using k8s;
using Orchestrator.Api.Admission.PodSecurity;
using Orchestrator.Model.Json;

namespace Orchestrator.UnitTests.Security;

public sealed class PodSecurityTests
{
    private const string Good =
        "{securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}, "
        + "containers: [{name: a, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}}}], volumes: [{name: v, emptyDir: {}}]}";

    [Theory]
    [InlineData("hostPID: true, hostIPC: true", "host namespaces (hostPID=true, hostIPC=true)")]
    [InlineData("volumes: [{name: v, hostPath: {path: /}}, {name: w, hostPath: {path: /}}]", "hostPath volumes (volumes \"v\", \"w\")")]
    [InlineData("securityContext: {sysctls: [{name: kernel.x}, {name: kernel.shm_rmid_forced}]}", "forbidden sysctls (kernel.x)")]
    [InlineData("securityContext: {seccompProfile: {type: Unconfined}}", "seccompProfile (pod must not set securityContext.seccompProfile.type to \"Unconfined\")")]
    [InlineData("securityContext: {windowsOptions: {hostProcess: true}}", "hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)")]
    [InlineData("containers: [{name: a, ports: [{hostPort: 80}]}, {name: b, ports: [{hostPort: 90}]}]", "hostPort (containers \"a\", \"b\" use hostPorts 80, 90)")]
    [InlineData("containers: [{name: a, securityContext: {capabilities: {add: [SYS_ADMIN, KILL]}}}]", "non-default capabilities (container \"a\" must not include \"SYS_ADMIN\" in securityContext.capabilities.add)")]
    [InlineData("initContainers: [{name: i, securityContext: {procMount: Unmasked}}]", "procMount (container \"i\" must not set securityContext.procMount to \"Unmasked\")")]
    [InlineData("containers: [{name: a, securityContext: {seLinuxOptions: {type: spc_t, user: u}}}]", "seLinuxOptions (container \"a\" set forbidden securityContext.seLinuxOptions: type \"spc_t\"; user may not be set)")]
    [InlineData("containers: [{name: a, securityContext: {appArmorProfile: {type: Unconfined}}}]", "forbidden AppArmor profile (container \"a\" must not set AppArmor profile type to \"Unconfined\")")]
    [InlineData("containers: [{name: a}]", null)]
    public void Baseline_names_what_it_does_not_allow(string spec, string? expected) =>
        Assert.Equal(expected, SecurityStandards.Violations(new SecurityPolicy("baseline", int.MaxValue), null, Read($"{{{spec}}}")));

    [Theory]
    [InlineData("runAsNonRoot: true", "runAsNonRoot: false", "runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false)")]
    [InlineData("runAsNonRoot: true", "runAsNonRoot: true, runAsUser: 0", "runAsUser=0 (pod must not set runAsUser=0)")]
    [InlineData("drop: [ALL]", "drop: [KILL]", "unrestricted capabilities (container \"a\" must set securityContext.capabilities.drop=[\"ALL\"])")]
    [InlineData("NET_BIND_SERVICE", "CHOWN", "unrestricted capabilities (container \"a\" must not include \"CHOWN\" in securityContext.capabilities.add)")]
    [InlineData("emptyDir: {}", "hostPath: {path: /}", "restricted volume types (volume \"v\" uses restricted volume type \"hostPath\")")]
    [InlineData("RuntimeDefault", "Unconfined", "seccompProfile (pod must not set securityContext.seccompProfile.type to \"Unconfined\")")]
    [InlineData("allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true", "allowPrivilegeEscalation != false (container \"a\" must set securityContext.allowPrivilegeEscalation=false)")]
    [InlineData("x", "x", null)]
    public void Restricted_names_what_it_does_not_allow(string good, string bad, string? expected) =>
        Assert.Equal(expected, SecurityStandards.Violations(
            new SecurityPolicy("restricted", int.MaxValue), null, Read(Good.Replace(good, bad, StringComparison.Ordinal))));

    [Fact]
    public void An_older_version_asks_for_less_and_labels_must_be_well_formed()
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["pod-security.kubernetes.io/enforce"] = "restricted",
            ["pod-security.kubernetes.io/enforce-version"] = "v1.18",
            ["pod-security.kubernetes.io/warn"] = "odd",
            ["pod-security.kubernetes.io/warn-version"] = "1.2",
        };
        SecurityPolicy enforce = SecurityPolicy.Of(labels, "enforce");
        Assert.Equal("restricted:v1.18", enforce.ToString());
        Assert.Null(SecurityStandards.Violations(enforce, null, Read("{securityContext: {runAsNonRoot: true}, containers: [{name: a, securityContext: {allowPrivilegeEscalation: false}}]}")));
        Assert.Equal(
            ["metadata.labels[pod-security.kubernetes.io/warn]", "metadata.labels[pod-security.kubernetes.io/warn-version]"],
            SecurityPolicy.Validate(labels).Select(e => e.Path));
        Assert.True(SecurityPolicy.Of(labels, "warn").IsPrivileged);
    }

    private static JsonObject? Read(string yaml) =>
        ((JsonObject)JsonNode.Parse(KubernetesJson.Serialize(KubernetesYaml.Deserialize<object>($"spec: {yaml}")))!).Child("spec");
}
