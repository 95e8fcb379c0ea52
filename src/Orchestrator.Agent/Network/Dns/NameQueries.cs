using System.Net;
using ARSoft.Tools.Net;
using ARSoft.Tools.Net.Dns;

namespace Orchestrator.Agent.Network.Dns;

/// <summary>Answers questions for names: those of the cluster itself, all others by the name servers of the node.</summary>
/// <param name="names">The cluster's names as of now; null until they are known.</param>
/// <param name="upstream">The node's name servers as of now.</param>
internal sealed class NameQueries(Func<ClusterNames?> names, Func<IReadOnlyList<IPAddress>> upstream) : IDisposable
{
    private const int MaxForwarded = 256;
    private const int MaxAliases = 8;
    private const int UpstreamTimeoutMilliseconds = 4000;

    private readonly SemaphoreSlim _forwarded = new(MaxForwarded);
    private int _turn;

    /// <summary>The response to a query. Never throws for what clients or other servers do.</summary>
    public async Task<DnsMessage> AnswerAsync(DnsMessage query, CancellationToken cancel)
    {
        var response = query.CreateResponseInstance();
        response.IsRecursionAllowed = true;
        if (query.OperationCode != OperationCode.Query || query.Questions is not [var question])
        {
            response.ReturnCode = ReturnCode.NotImplemented;
            return response;
        }

        response.ReturnCode = ReturnCode.NoError;
        var (name, depth) = (question.Name, 0);
        do
        {
            if (names() is not { } known)
            {
                response.ReturnCode = ReturnCode.ServerFailure;
                return response;
            }

            if (known.Find(name.ToString(), question.RecordType) is not { } answer)
            {
                await ForwardAsync(name, question, query, response, cancel);
                return response;
            }

            response.IsAuthoritiveAnswer = true;
            response.AnswerRecords.AddRange(Turned(answer.Records));
            AddTargets(known, answer, response);
            if (response.AnswerRecords.Count == 0)
            {
                response.ReturnCode = answer.Exists ? ReturnCode.NoError : ReturnCode.NxDomain;
                response.AuthorityRecords.Add(known.Authority());
            }

            name = question.RecordType == RecordType.CName ? null : answer.Records.OfType<CNameRecord>().FirstOrDefault()?.CanonicalName;
        }
        while (name is not null && ++depth < MaxAliases);
        return response;
    }

    public void Dispose() => _forwarded.Dispose();

    // Many clients take the first address.
    private IEnumerable<DnsRecordBase> Turned(IReadOnlyList<DnsRecordBase> records)
    {
        var start = records.Count < 2 ? 0 : (int)((uint)Interlocked.Increment(ref _turn) % (uint)records.Count);
        return records.Skip(start).Concat(records.Take(start));
    }

    private static void AddTargets(ClusterNames known, NameAnswer answer, DnsMessage response)
    {
        const int most = 32;
        foreach (var target in answer.Records.OfType<SrvRecord>().Select(s => s.Target).Distinct().Take(most))
        {
            response.AdditionalRecords.AddRange(known.Find(target.ToString(), RecordType.A)?.Records ?? []);
        }
    }

    private async Task ForwardAsync(DomainName name, DnsQuestion question, DnsMessage query, DnsMessage response, CancellationToken cancel)
    {
        var servers = upstream();
        if (servers.Count == 0 || !await _forwarded.WaitAsync(TimeSpan.Zero, cancel))
        {
            response.ReturnCode = ReturnCode.ServerFailure;
            return;
        }

        try
        {
            using var client = new DnsClient(servers, [new UdpClientTransport(), new TcpClientTransport()], disposeTransport: true, UpstreamTimeoutMilliseconds);
            var asked = new DnsMessage { IsRecursionDesired = true, IsEDnsEnabled = true, IsCheckingDisabled = query.IsCheckingDisabled };
            asked.Questions.Add(new DnsQuestion(name, question.RecordType, question.RecordClass));
            if (await client.SendMessageAsync(asked, cancel) is not { } answer)
            {
                response.ReturnCode = ReturnCode.ServerFailure;
                return;
            }

            response.ReturnCode = answer.ReturnCode;
            response.AnswerRecords.AddRange(answer.AnswerRecords);
            response.AuthorityRecords.AddRange(answer.AuthorityRecords);
            response.AdditionalRecords.AddRange(answer.AdditionalRecords.Where(r => r.RecordType != RecordType.Opt));
        }
        finally
        {
            _forwarded.Release();
        }
    }
}
