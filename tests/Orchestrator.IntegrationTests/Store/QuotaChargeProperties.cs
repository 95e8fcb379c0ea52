using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Orchestrator.Api.Admission;
using Orchestrator.Api.Writing;
using Orchestrator.Grains.Quotas;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;
using Orchestrator.Testing.Postgres;

namespace Orchestrator.IntegrationTests.Store;

/// <summary>Two servers create and delete under one quota at once while a reconciler counts: at no revision of the log is more there than is allowed.</summary>
public sealed class QuotaChargeProperties(PostgresFixture postgres)
{
    private const int Hard = 10;

    private static readonly ResourceKind Pods = BuiltInKinds.Registry().FindKind("v1", "Pod")!;
    private static readonly ObjectKey QuotaKey = new("resourcequotas", "default", "q");

    [Fact]
    public Task A_quota_is_never_exceeded() =>
        Gen.Select(Gen.Int[1, 4].Array[10, 40], Gen.Int).SampleAsync((cpus, seed) => RunAsync(cpus, seed), iter: 6, threads: 1);

    private async Task RunAsync(int[] cpus, int seed)
    {
        await using var session = await StoreSession.CreateAsync(postgres);
        ObjectStore[] stores = [await session.OpenAsync(), await session.OpenAsync()];
        QuotaCharge[] charges = [new(stores[0]), new(stores[1])];
        await stores[0].CommitAsync(new CreateObject(QuotaKey, "q", Encoding.UTF8.GetBytes(
            $$$$"""{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"q","namespace":"default","uid":"q"},"spec":{"hard":{"requests.cpu":"{{{{Hard}}}}"}}}""")));
        await stores[1].SyncAsync();
        using IChangeSubscription changes = stores[0].Subscribe(null, null, 0);

        var random = new Random(seed);
        int[] order = [.. cpus.Select(_ => random.Next(3))];
        bool[] created = await Task.WhenAll(cpus.Select((cpu, i) => ActAsync(stores[i % 2], charges[i % 2], i, cpu, order[i])));

        await stores[0].SyncAsync();
        Assert.Contains(true, created);
        await AssertNeverExceededAsync(changes, stores[0].Revision);
    }

    private static async Task<bool> ActAsync(ObjectStore store, QuotaCharge charge, int number, int cpu, int kind)
    {
        JsonObject pod = Pod(number, cpu);
        var request = new AdmissionRequest(null!, Pods, "create", "default", $"p{number}", pod, null, DryRun: false);
        var create = new CreateObject(new ObjectKey("pods", "default", $"p{number}"), $"u{number}", Encoding.UTF8.GetBytes(pod.ToJsonString()));
        var result = await charge.CreateAsync(request, [], create, TestContext.Current.CancellationToken);
        if (result.Failed)
        {
            Assert.Contains("exceeded quota: q", result.Error.Message, StringComparison.Ordinal);
        }

        if (kind == 0 && !result.Failed && result.Value.Object is { } made)
        {
            await store.CommitAsync(new DeleteObject(made.Key, made.Revision));
        }

        if (kind != 2)
        {
            var plan = QuotaCount.Plan(store.Get(QuotaKey)!, resource => store.List(resource, "default").Items);
            if (plan.Mutations.Count > 0)
            {
                await store.CommitAsync(plan.Mutations);
            }
        }

        return !result.Failed;
    }

    private static async Task AssertNeverExceededAsync(IChangeSubscription changes, long last)
    {
        var present = new Dictionary<ObjectKey, long>();
        while (changes.Revision < last)
        {
            foreach (Change change in await changes.ReadAsync(TestContext.Current.CancellationToken))
            {
                if (change.Object.Key.Resource != "pods")
                {
                    continue;
                }

                present[change.Object.Key] = change.Type == ChangeType.Deleted ? 0 : Cpu(change.Object);
                Assert.InRange(present.Values.Sum(), 0, Hard);
            }
        }
    }

    private static long Cpu(StoredObject pod) => long.Parse(
        ((JsonObject)JsonNode.Parse(pod.Json.Span)!).Child("spec").Items("containers").First().Item.Child("resources", "requests").Text("cpu")!,
        CultureInfo.InvariantCulture);

    private static JsonObject Pod(int number, int cpu) => (JsonObject)JsonNode.Parse(
        $$$$"""
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"p{{{{number}}}}","namespace":"default","uid":"u{{{{number}}}}"},
         "spec":{"containers":[{"name":"c","image":"x","resources":{"requests":{"cpu":"{{{{cpu}}}}"}}}]}}
        """)!;
}
