using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Model.Json;
using Orchestrator.Model.Rules;

namespace Orchestrator.Model.Kinds.BuiltIn;

/// <summary>Kinds of <c>certificates.k8s.io/v1</c>.</summary>
internal static class CertificateKinds
{
    public static ResourceKind SigningRequest() => new()
    {
        Group = "certificates.k8s.io",
        Version = "v1",
        Kind = "CertificateSigningRequest",
        Plural = "certificatesigningrequests",
        Namespaced = false,
        ClrType = typeof(V1CertificateSigningRequest),
        ShortNames = ["csr"],
        HasStatus = true,
        NameFormat = NameFormat.PathSegment,
        SelectableFields = ["spec.signerName"],
        Columns =
        [
            Column.Age(),
            Column.Text("SignerName", "Who is to sign.", o => o.Child("spec").Text("signerName")),
            Column.Text("Requestor", "Who asked.", o => o.Child("spec").Text("username")),
            Column.Text("RequestedDuration", "How long the certificate is to last.", o => Duration(o.Child("spec").Integer("expirationSeconds"))),
            new TableColumn("Condition", "string", "What became of it.", Column.Always, (o, _) => Condition(o)),
        ],
        Rules = new SigningRequestRules(),
    };

    private static string? Duration(long? seconds) => seconds is { } given ? HumanDuration.Format(TimeSpan.FromSeconds(given)) : null;

    private static string Condition(JsonObject request)
    {
        JsonObject? status = request.Child("status");
        HashSet<string?> types = [.. status.Items("conditions").Select(c => c.Item.Text("type"))];
        List<string> words = [];
        if (types.Contains("Approved"))
        {
            words.Add("Approved");
        }
        else
        {
            words.Add(types.Contains("Denied") ? "Denied" : "Pending");
        }

        if (types.Contains("Failed"))
        {
            words.Add("Failed");
        }

        if (!string.IsNullOrEmpty(status.Text("certificate")))
        {
            words.Add("Issued");
        }

        return string.Join(',', words);
    }
}
