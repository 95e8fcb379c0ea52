using System.Globalization;
using System.Net;
using k8s;
using k8s.Autorest;
using k8s.LeaderElection;
using k8s.LeaderElection.ResourceLock;
using k8s.Models;

namespace Orchestrator.IntegrationTests.Api;

/// <summary>What the C# KubernetesClient is used for beyond single objects: pages, generic access, manifests, leader election.</summary>
public sealed class ClientSuiteTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Ten_thousand_objects_are_listed_in_pages_once_each_and_deleted_at_once()
    {
        const int Count = 10_000;
        var ns = await fixture.NamespaceAsync();
        using var client = fixture.Server.Client();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Count),
            new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = TestContext.Current.CancellationToken },
            async (i, cancel) => await client.CreateNamespacedConfigMapAsync(
                ClientTests.Settings($"m{i.ToString("D5", CultureInfo.InvariantCulture)}", "1"), ns, cancellationToken: cancel));

        var names = new List<string>();
        string? next = null;
        do
        {
            var page = await client.ListNamespacedConfigMapAsync(ns, limit: 500, continueParameter: next);
            Assert.InRange(page.Items.Count, 1, 500);
            names.AddRange(page.Items.Select(m => m.Metadata.Name));
            Assert.Equal(Count - names.Count, page.Metadata.RemainingItemCount ?? 0);
            next = page.Metadata.ContinueProperty;
        }
        while (!string.IsNullOrEmpty(next));

        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"m{i.ToString("D5", CultureInfo.InvariantCulture)}"), names);
        await client.DeleteCollectionNamespacedConfigMapAsync(ns);
        Assert.Empty((await client.ListNamespacedConfigMapAsync(ns)).Items);
    }

    [Fact]
    public async Task The_generic_client_reaches_any_kind()
    {
        var ns = await fixture.NamespaceAsync();
        using var client = fixture.Server.Client();
        using var leases = new GenericClient(client, "coordination.k8s.io", "v1", "leases", disposeClient: false);
        var cancel = TestContext.Current.CancellationToken;

        await leases.CreateNamespacedAsync(
            new V1Lease { ApiVersion = "coordination.k8s.io/v1", Kind = "Lease", Metadata = new V1ObjectMeta { Name = "a" }, Spec = new V1LeaseSpec { HolderIdentity = "x" } }, ns, cancel);
        var patched = await leases.PatchNamespacedAsync<V1Lease>(
            new V1Patch("""{"spec":{"holderIdentity":"y"}}""", V1Patch.PatchType.MergePatch), ns, "a", cancel: cancel);
        var read = await leases.ReadNamespacedAsync<V1Lease>(ns, "a", cancel);
        var list = await leases.ListNamespacedAsync<V1LeaseList>(ns, cancel: cancel);
        await leases.DeleteNamespacedAsync<V1Status>(ns, "a", cancel);

        Assert.Equal("y", patched.Spec.HolderIdentity);
        Assert.Equal(patched.Metadata.ResourceVersion, read.Metadata.ResourceVersion);
        Assert.Equal(["a"], list.Items.Select(l => l.Metadata.Name));
        var gone = await Assert.ThrowsAsync<HttpOperationException>(() => leases.ReadNamespacedAsync<V1Lease>(ns, "a", cancel));
        Assert.Equal(HttpStatusCode.NotFound, gone.Response.StatusCode);
    }

    [Fact]
    public async Task Manifests_that_the_client_loads_are_stored_as_they_say()
    {
        var ns = await fixture.NamespaceAsync();
        using var client = fixture.Server.Client();
        var loaded = KubernetesYaml.LoadAllFromString(
            """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: from-yaml}
            data: {text: "on"}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: from-yaml}
            spec:
              schedulerName: none
              containers:
              - {name: main, image: "busybox:1", resources: {limits: {cpu: 100m, memory: 64Mi}}}
            """);

        var map = await client.CreateNamespacedConfigMapAsync((V1ConfigMap)loaded[0], ns);
        var pod = await client.CreateNamespacedPodAsync((V1Pod)loaded[1], ns);

        Assert.Equal("on", map.Data["text"]);
        Assert.Equal("100m", pod.Spec.Containers[0].Resources.Limits["cpu"].ToString());
        Assert.Equal("64Mi", pod.Spec.Containers[0].Resources.Requests["memory"].ToString());
    }

    [Fact]
    public async Task One_of_two_leads_and_the_other_when_it_has_gone()
    {
        var ns = await fixture.NamespaceAsync();
        using var client = fixture.Server.Client();
        using var firstEnds = new CancellationTokenSource();
        using var secondEnds = new CancellationTokenSource();
        var (first, firstLeads) = Candidate(client, ns, "first");
        var (second, secondLeads) = Candidate(client, ns, "second");
        using (first)
        using (second)
        {
            var firstRuns = first.RunUntilLeadershipLostAsync(firstEnds.Token);
            await firstLeads.Task.WaitAsync(Limit);
            var secondRuns = second.RunUntilLeadershipLostAsync(secondEnds.Token);
            Assert.Equal("first", (await client.ReadNamespacedLeaseAsync("leader", ns)).Spec.HolderIdentity);
            Assert.False(secondLeads.Task.IsCompleted);

            await EndAsync(firstEnds, firstRuns);
            await secondLeads.Task.WaitAsync(Limit);

            var lease = await client.ReadNamespacedLeaseAsync("leader", ns);
            Assert.Equal(("second", 1), (lease.Spec.HolderIdentity, lease.Spec.LeaseTransitions));
            await EndAsync(secondEnds, secondRuns);
        }
    }

    private static async Task EndAsync(CancellationTokenSource ends, Task runs)
    {
        await ends.CancelAsync();
        await runs.WaitAsync(Limit);
    }

    private static (LeaderElector Elector, TaskCompletionSource Leads) Candidate(Kubernetes client, string ns, string identity)
    {
        var leads = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var elector = new LeaderElector(new LeaderElectionConfig(new LeaseLock(client, ns, "leader", identity))
        {
            LeaseDuration = TimeSpan.FromSeconds(2),
            RenewDeadline = TimeSpan.FromSeconds(1.5),
            RetryPeriod = TimeSpan.FromMilliseconds(200),
        });
        elector.OnStartedLeading += () => leads.TrySetResult();
        return (elector, leads);
    }
}
