using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Metadata;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Security.Certificates;

/// <summary>Where a request stands, by its conditions, and how the conditions are written.</summary>
internal static class SigningPlan
{
    public const string Approved = "Approved";
    public const string Denied = "Denied";
    public const string Failed = "Failed";

    private static readonly TimeSpan KeptPending = TimeSpan.FromHours(24);
    private static readonly TimeSpan KeptDone = TimeSpan.FromHours(1);

    public static bool Has(JsonObject request, string type) => request.Child("status").Items("conditions").Any(c => c.Item.Text("type") == type);

    public static bool IsIssued(JsonObject request) => !string.IsNullOrEmpty(request.Child("status").Text("certificate"));

    public static bool IsPending(JsonObject request) => !Has(request, Approved) && !Has(request, Denied) && !Has(request, Failed);

    /// <summary>True once nobody needs the request any more.</summary>
    public static bool IsOver(JsonObject request, DateTimeOffset now)
    {
        var since = request.Child("status").Items("conditions").Select(c => c.Item.Time("lastUpdateTime")).Max() ?? request.Child("metadata").Time("creationTimestamp");
        var isDone = IsIssued(request) || Has(request, Denied) || Has(request, Failed);
        return since + (isDone ? KeptDone : KeptPending) < now;
    }

    public static void AddCondition(JsonObject request, string type, string reason, string message, DateTimeOffset now)
    {
        var status = request.ObjectOrNew("status")!;
        if (status["conditions"] is not JsonArray conditions)
        {
            status["conditions"] = conditions = [];
        }

        conditions.Add(new JsonObject
        {
            ["type"] = type,
            ["status"] = "True",
            ["reason"] = reason,
            ["message"] = message,
            ["lastUpdateTime"] = ObjectMetadata.Time(now),
            ["lastTransitionTime"] = ObjectMetadata.Time(now),
        });
    }

    public static void SetCertificate(JsonObject request, X509Certificate2 certificate) =>
        request.ObjectOrNew("status")!["certificate"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n"));
}
