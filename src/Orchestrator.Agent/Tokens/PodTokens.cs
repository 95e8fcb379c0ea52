using System.Collections.Concurrent;
using k8s.Models;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Agent.Tokens;

/// <summary>
/// The tokens that are projected into pods. Each is kept until it is due: after 80 % of its life, or a day, as kubelet has it. One that cannot be had anew
/// is used until it expires, so that an API that is away for a while does not cost a pod its token.
/// </summary>
public sealed partial class PodTokens(ITokenIssuer issuer, TimeProvider time, ILogger<PodTokens> logger)
{
    private const double ShareOfLife = 0.8;
    private static readonly TimeSpan LongestUse = TimeSpan.FromDays(1);

    /// <summary>By pod: a pod has few, its containers share them.</summary>
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<(string Audience, long Seconds), PodToken>> _tokens = new(StringComparer.Ordinal);

    /// <summary>The token of a projection, new where the one there is is due.</summary>
    /// <exception cref="IOException">There is none.</exception>
    public async Task<string> GetAsync(V1Pod pod, V1ServiceAccountTokenProjection projection, CancellationToken cancel)
    {
        const long defaultSeconds = 3600;
        var key = (projection.Audience ?? "", projection.ExpirationSeconds ?? defaultSeconds);
        var ofPod = _tokens.GetOrAdd(pod.Metadata.Uid, static _ => new());
        var known = ofPod.GetValueOrDefault(key);
        if (known is not null && !IsDue(known))
        {
            return known.Text;
        }

        try
        {
            var issued = await issuer.IssueAsync(pod, key.Item1, key.Item2, cancel);
            ofPod[key] = issued;
            return issued.Text;
        }
        catch (IOException error) when (known is not null && time.GetUtcNow() < known.ExpiresAt)
        {
            LogKept(pod.Metadata.NamespaceProperty, pod.Metadata.Name, known.ExpiresAt, error.Message);
            return known.Text;
        }
    }

    /// <summary>Forgets the tokens of a pod that has gone.</summary>
    public void Forget(string podUid) => _tokens.TryRemove(podUid, out _);

    private bool IsDue(PodToken token)
    {
        var age = time.GetUtcNow() - token.IssuedAt;
        return age >= LongestUse || age >= (token.ExpiresAt - token.IssuedAt) * ShareOfLife;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The token of pod {Namespace}/{Name} is due and stays in use until {ExpiresAt}: {Error}")]
    private partial void LogKept(string @namespace, string name, DateTimeOffset expiresAt, string error);
}
