using Microsoft.AspNetCore.Http;

namespace Orchestrator.Api.Responses;

/// <summary>In which form a client wants objects.</summary>
internal enum ResponseForm
{
    /// <summary>As they are stored.</summary>
    Object,

    /// <summary>As a <c>meta.k8s.io/v1 Table</c>, which kubectl prints.</summary>
    Table,

    /// <summary>Metadata only: <c>PartialObjectMetadata</c> and its list.</summary>
    PartialMetadata,
}

/// <summary>The choice among the forms that the Accept header offers.</summary>
internal static class ResponseShape
{
    /// <summary>The first form offered that the API can give; null where it can give none (406).</summary>
    public static ResponseForm? Of(HttpRequest request)
    {
        var accept = request.Headers.Accept;
        if (accept.Count == 0 || (accept.Count == 1 && accept[0] is JsonResponse.ContentType or "*/*" or "" or null))
        {
            return ResponseForm.Object;
        }

        foreach (var header in accept)
        {
            foreach (var offer in (header ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (FormOf(offer) is { } form)
                {
                    return form;
                }
            }
        }

        return null;
    }

    /// <summary>The version of <c>meta.k8s.io</c> that a table is asked in: v1 and v1beta1 are alike but for their name, which old clients check.</summary>
    public static string TableVersion(HttpRequest request)
    {
        foreach (var header in request.Headers.Accept)
        {
            foreach (var offer in (header ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (FormOf(offer) == ResponseForm.Table)
                {
                    return offer.Contains("v=v1beta1", StringComparison.Ordinal) ? "v1beta1" : "v1";
                }
            }
        }

        return "v1";
    }

    private static ResponseForm? FormOf(string offer)
    {
        var parts = offer.Split(';', StringSplitOptions.TrimEntries);
        if (parts[0] is not ("application/json" or "application/*" or "*/*"))
        {
            return null;
        }

        string? kind = null, group = null, version = null;
        foreach (var parameter in parts.AsSpan(1))
        {
            var at = parameter.IndexOf('=', StringComparison.Ordinal);
            var value = at < 0 ? "" : parameter[(at + 1)..];
            switch (at < 0 ? parameter : parameter[..at])
            {
                case "as":
                    kind = value;
                    break;
                case "g":
                    group = value;
                    break;
                case "v":
                    version = value;
                    break;
            }
        }

        return (kind, group, version) switch
        {
            (null, _, _) => ResponseForm.Object,
            ("Table", "meta.k8s.io", "v1" or "v1beta1") => ResponseForm.Table,
            ("PartialObjectMetadata" or "PartialObjectMetadataList", "meta.k8s.io", "v1") => ResponseForm.PartialMetadata,
            _ => null,
        };
    }
}
