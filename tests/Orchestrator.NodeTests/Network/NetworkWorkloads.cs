using Orchestrator.NodeTests.Lab;
using Orchestrator.Testing;

namespace Orchestrator.NodeTests.Network;

/// <summary>What network tests share: servers on both nodes, Services before them, and a client.</summary>
public sealed class NetworkWorkloads(LabFixture lab) : IAsyncLifetime
{
    public const string Namespace = "net";

    public async ValueTask InitializeAsync()
    {
        await lab.KubectlAsync("create", "namespace", Namespace);
        var (exitCode, _, errors) = await lab.ApplyAsync(NetworkManifests.Workloads(Namespace));
        Assert.True(exitCode == 0, errors);
        await Eventually.TrueAsync(
            async () => (await lab.TryKubectlAsync("-n", Namespace, "get", "endpointslices", "-l", "kubernetes.io/service-name=web", "-o", "jsonpath={.items[*].endpoints[*].conditions.ready}"))
                .Output == "true true",
            "both servers being endpoints");
        await Eventually.TrueAsync(async () => await lab.KubectlAsync("-n", Namespace, "get", "pod", "client", "-o", "jsonpath={.status.phase}") == "Running", "the client running");
    }

    public async ValueTask DisposeAsync() => await lab.TryKubectlAsync("delete", "namespace", Namespace, "--wait=false");
}
