using System.Text.Json.Nodes;
using Orchestrator.Api.Admission;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Json;
using Orchestrator.Model.Quantities;
using Orchestrator.Model.Quotas;
using Orchestrator.Store;

namespace Orchestrator.Api.Writing;

/// <summary>
/// Creates objects under the ResourceQuotas of their namespace. The charge and the object are committed together: the object needs the update of
/// <c>status.used</c>, which is a compare-and-swap, so whatever others create at the same time, on whichever server, no quota is exceeded.
/// A charge whose object was refused after all stays until the quota is counted anew.
/// </summary>
internal sealed class QuotaCharge(IObjectStore store)
{
    private const string Resource = "resourcequotas";

    /// <summary>Each lost race was won by another writer of the same quota, so this many in a row mean that others are served meanwhile.</summary>
    private const int MaxRaces = 64;

    // Writers of this process take turns at a namespace's quotas instead of racing each other.
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

    /// <summary>Commits the creation with its charges and claims; a refusal where a quota would be exceeded. It is skipped where a claim was lost to another.</summary>
    public async ValueTask<Outcome<CommitResult>> CreateAsync(
        AdmissionRequest request, IReadOnlyList<Mutation> claims, CreateObject create, CancellationToken cancel)
    {
        if (Applicable(request).Count == 0)
        {
            return claims.Count == 0 ? await store.CommitAsync(create, cancel) : (await store.CommitAsync(WriteClaims.Chain([.. claims, create]), cancel: cancel))[^1];
        }

        SemaphoreSlim turn = _turns[(uint)string.GetHashCode(request.Namespace, StringComparison.Ordinal) % (uint)_turns.Length];
        await turn.WaitAsync(cancel);
        try
        {
            return await ChargeAsync(request, claims, create, cancel);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>What the creation would be refused with, for dry runs, which are not charged.</summary>
    public StatusError? Check(AdmissionRequest request) => Plan(request).Error;

    private async ValueTask<Outcome<CommitResult>> ChargeAsync(
        AdmissionRequest request, IReadOnlyList<Mutation> claims, CreateObject create, CancellationToken cancel)
    {
        for (int race = 0; race < MaxRaces; race++)
        {
            Outcome<List<Mutation>> charges = Plan(request);
            if (charges.Failed)
            {
                return charges.Error;
            }

            int charged = charges.Value.Count;
            IReadOnlyList<CommitResult> results = await store.CommitAsync(WriteClaims.Chain([.. charges.Value, .. claims, create]), cancel: cancel);
            if (results[^1].Outcome != CommitOutcome.Skipped || charged == 0 || results[charged - 1].Outcome == CommitOutcome.Committed)
            {
                return results[^1];
            }

            await store.SyncAsync(cancel);
        }

        return StatusErrors.Conflict(request.Kind, request.Name, "the quotas of the namespace are being changed by many at once; please try again");
    }

    private List<(StoredObject Stored, JsonObject Quota)> Applicable(AdmissionRequest request)
    {
        var quotas = new List<(StoredObject, JsonObject)>();
        foreach (StoredObject stored in request.Kind.Namespaced ? store.List(Resource, request.Namespace).Items : [])
        {
            JsonObject quota = JsonTree.ParseStored(stored.Json);
            if (QuotaUsage.Bounds(request.Kind.StorageName, quota))
            {
                quotas.Add((stored, quota));
            }
        }

        return quotas;
    }

    private Outcome<List<Mutation>> Plan(AdmissionRequest request)
    {
        var charges = new List<Mutation>();
        foreach ((StoredObject stored, JsonObject quota) in Applicable(request))
        {
            Dictionary<string, Quantity> asked = QuotaUsage.Of(quota, request.Kind.StorageName, request.Object);
            if (asked.Count == 0)
            {
                continue;
            }

            JsonObject hard = quota.Child("spec", "hard") ?? [];
            if (request.Kind.StorageName == "pods" && PodUsage.Missing(request.Object, hard.Select(h => h.Key)) is { } missing)
            {
                return StatusErrors.Forbidden(request.Kind, request.Name, $"failed quota: {stored.Key.Name}: {missing}");
            }

            SortedDictionary<string, Quantity> used = Used(quota, request.Namespace);
            if (Exceeded(stored.Key.Name, asked, used, hard) is { } refusal)
            {
                return StatusErrors.Forbidden(request.Kind, request.Name, refusal);
            }

            foreach ((string name, Quantity amount) in asked)
            {
                used[name] += amount;
            }

            charges.Add(Charge(stored, quota, used));
        }

        return charges;
    }

    /// <summary>What is used by the status; counted here where the quota is new or has changed and nobody has counted yet.</summary>
    private SortedDictionary<string, Quantity> Used(JsonObject quota, string ns)
    {
        JsonObject? status = quota.Child("status");
        var used = new SortedDictionary<string, Quantity>(StringComparer.Ordinal);
        foreach ((string name, _) in quota.Child("spec", "hard") ?? [])
        {
            if (!Quantity.TryParse(status.Child("used")?[name].AsScalarText(), out Quantity amount))
            {
                return QuotaUsage.Total(
                    quota, resource => store.List(resource, ns).Items.Select(o => JsonTree.ParseStored(o.Json)), resource => store.List(resource, ns).Items.Count);
            }

            used[name] = amount;
        }

        return used;
    }

    private static string? Exceeded(string quota, Dictionary<string, Quantity> asked, SortedDictionary<string, Quantity> used, JsonObject hard)
    {
        string[] over =
        [
            .. asked.Keys
                .Where(name => asked[name].Sign > 0 && Quantity.TryParse(hard[name].AsScalarText(), out Quantity most) && used[name] + asked[name] > most)
                .Order(StringComparer.Ordinal),
        ];
        string List(Func<string, string> amount) => string.Join(',', over.Select(name => $"{name}={amount(name)}"));
        return over.Length == 0
            ? null
            : $"exceeded quota: {quota}, requested: {List(n => asked[n].ToString())}, used: {List(n => used[n].ToString())}, limited: {List(n => hard[n].AsScalarText() ?? "")}";
    }

    private static UpdateObject Charge(StoredObject stored, JsonObject quota, SortedDictionary<string, Quantity> used)
    {
        JsonObject status = quota.ObjectOrNew("status") ?? [];
        status["hard"] = quota.Child("spec", "hard")?.DeepClone();
        status["used"] = new JsonObject(used.Select(u => KeyValuePair.Create(u.Key, (JsonNode?)u.Value.ToString())));
        return StoredEdit.Replace(stored, quota);
    }
}
