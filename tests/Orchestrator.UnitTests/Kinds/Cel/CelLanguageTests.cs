using System.Text.Json.Nodes;
using Orchestrator.Model.Cel;
using Orchestrator.Model.Cel.Types;
using Orchestrator.Model.Cel.Values;

namespace Orchestrator.UnitTests.Kinds.Cel;

/// <summary>The Common Expression Language, by what its specification and Kubernetes' additions say of values.</summary>
public sealed class CelLanguageTests
{
    private const string Self = """
        {"n": 5, "d": 1.5, "b": "hello", "l": [1, 2, 3], "m": {"k": "v"}, "t": "2020-01-01T00:00:00Z", "nothing": null,
         "objs": [{"name": "x"}, {"name": "y"}]}
        """;

    [Theory]
    [InlineData("1 + 2 * 3 - 4 / 2 == 5 && 7 % 4 == 3 && -(2) == -2")]
    [InlineData("(1 + 2) * 3 == 9 && 0x10 == 16 && 1e3 == 1000.0 && .5 == 0.5 && 3u == uint(3)")]
    [InlineData("-9223372036854775808 < 0 && 9223372036854775807 > 0")]
    [InlineData("1 < 1.5 && 2u > 1 && 1 == dyn(1.0) && dyn(1u) == 1 && 9007199254740993 > 9007199254740992.0")]
    [InlineData("true ? 'a' == \"a\" : false")]
    [InlineData("r'\\n' == '\\\\n' && '''a'b''' == \"a'b\" && '\\u00e9' == 'é' && '\\x41\\101' == 'AA' && size('\\U0001F600') == 1")]
    [InlineData("b'\\xff' != b'a' && size(b'é') == 2 && string(b'abc') == 'abc' && bytes('a') == b'a'")]
    [InlineData("false && (1 / 0 > 1) == false || true")]
    [InlineData("(1 / 0 > 1) || true")]
    [InlineData("!((1 / 0 > 1) && false)")]
    [InlineData("self.n > 3 && self.n <= 5 && self.d > self.n - 4")]
    [InlineData("has(self.n) && !has(self.missing) && has(self.m.k)")]
    [InlineData("self.nothing == null && self.n != null")]
    [InlineData("self.l.all(x, x > 0) && self.l.exists(x, x == 2) && self.l.exists_one(x, x > 2)")]
    [InlineData("[0, 2].exists(x, 4 / x == 2) && ![0, 2].all(x, 4 / x == 3)")]
    [InlineData("self.l.filter(x, x != 2) == [1, 3] && self.l.map(x, x * 2) == [2, 4, 6] && self.l.map(x, x > 1, x * 2) == [4, 6]")]
    [InlineData("self.l.all(i, v, i + 1 == v) && self.m.exists(k, v, k + v == 'kv') && self.l.transformList(i, v, i * v) == [0, 2, 6]")]
    [InlineData("{'a': 1}.transformMap(k, v, v + 1) == {'a': 2}")]
    [InlineData("self.m.all(k, k == 'k') && 'k' in self.m && self.m['k'] == 'v' && size(self.m) == 1 && 2 in self.l")]
    [InlineData("self.objs.all(o, self.objs.exists_one(p, p.name == o.name)) && self.objs.map(o, o.name).join(',') == 'x,y'")]
    [InlineData("{1: 'a', 'b': 2}[1] == 'a' && {'x': 1} == dyn({'x': 1.0}) && [[1], [2]] != [[2], [1]]")]
    [InlineData("'%s has %d of %.2f, %x %X %b %o %e'.format(['a', 3, 2.5, 255, 'z', 5, 8, 1234.5]) == 'a has 3 of 2.50, ff 7A 101 10 1.234500e+03'")]
    [InlineData("'%s'.format([{'b': [1, true], 'a': null}]) == '{a: null, b: [1, true]}'")]
    [InlineData("'hello'.matches('^h.*o$') && matches('ab', 'b') && !'abc'.matches('^b') && 'a1b22'.findAll('[0-9]+') == ['1', '22'] && 'a1b22'.find('[0-9]+') == '1'")]
    [InlineData("'a,b,,c'.split(',') == ['a', 'b', '', 'c'] && 'abc'.split('') == ['a', 'b', 'c'] && 'a,b,c'.split(',', 2) == ['a', 'b,c'] && 'a'.split(',', 0) == []")]
    [InlineData("'héllo'.charAt(1) == 'é' && 'hello'.indexOf('l') == 2 && 'hello'.indexOf('l', 3) == 3 && 'hello'.lastIndexOf('l') == 3 && 'hello'.lastIndexOf('l', 2) == 2 && 'x'.indexOf('y') == -1")]
    [InlineData("'aaa'.replace('a', 'bb') == 'bbbbbb' && 'aaa'.replace('a', 'b', 1) == 'baa' && 'ab'.replace('', '-') == '-a-b-'")]
    [InlineData("'hello'.substring(1) == 'ello' && 'hello'.substring(1, 3) == 'el' && ' a '.trim() == 'a' && 'aÉ'.lowerAscii() == 'aÉ' && 'ab'.upperAscii() == 'AB' && 'abc'.reverse() == 'cba'")]
    [InlineData("strings.quote('a\"b\\n') == '\"a\\\\\"b\\\\n\"'")]
    [InlineData("self.l.sum() == 6 && self.l.isSorted() && self.l.max() == 3 && [3, 1].min() == 1 && [1, 2, 1].lastIndexOf(1) == 2 && ['b'].indexOf('c') == -1")]
    [InlineData("self.l + [4] == [1, 2, 3, 4] && sets.contains([1, 2], [2]) && sets.equivalent([1, 2], [2, 1, 1]) && sets.intersects([1], [1, 2])")]
    [InlineData("timestamp(self.t) < timestamp('2021-01-01T00:00:00Z') && timestamp('2021-01-01T00:00:00Z') - timestamp(self.t) == duration('8784h')")]
    [InlineData("timestamp(self.t).getFullYear() == 2020 && timestamp(self.t).getMonth() == 0 && timestamp(self.t).getHours('-08:00') == 16 && timestamp(self.t).getDayOfWeek() == 3")]
    [InlineData("duration('1h30m') == duration('90m') && duration('90s').getMinutes() == 1 && string(duration('1500ms')) == '1.5s' && duration('1m') > duration('1s')")]
    [InlineData("string(timestamp('2020-01-01T00:00:00.5Z') + duration('1s')) == '2020-01-01T00:00:01.5Z' && int(timestamp('1970-01-01T00:01:00Z')) == 60")]
    [InlineData("int('42') == 42 && double('1.5') == 1.5 && string(1) == '1' && string(1.5) == '1.5' && bool('true') && int(2.9) == 2 && string(true) == 'true'")]
    [InlineData("type(1) == int && type('a') == string && type([]) == list && type({}) == map && type(timestamp(self.t)) == google.protobuf.Timestamp && type(int) == type")]
    [InlineData("self.?n.hasValue() && !self.?missing.hasValue() && self.?missing.orValue(7) == 7 && self.m[?'k'].orValue('') == 'v' && self.l[?9] == optional.none()")]
    [InlineData("self.?missing.?deeper.orValue('x') == 'x' && [1, ?self.?missing, ?self.?n] == [1, 5] && {?'a': self.?missing} == {}")]
    [InlineData("optional.of(2).optMap(x, x + 1).value() == 3 && optional.ofNonZeroValue('') == optional.none() && optional.of(1).optFlatMap(x, optional.of(x)).hasValue()")]
    [InlineData("cel.bind(x, self.n * 2, x == 10 && x > 5)")]
    [InlineData("quantity('1Gi').isGreaterThan(quantity('1G')) && quantity('500m').add(quantity('500m')) == quantity('1') && isQuantity('1k') && !isQuantity('k') && quantity('2').asInteger() == 2")]
    [InlineData("isURL('https://a.example:81/x?y=1&y=2') && url('https://a.example:81/x?y=1&y=2').getHost() == 'a.example:81' && url('https://a.example:81/x').getPort() == '81' && url('https://a/x?y=1&y=2').getQuery() == {'y': ['1', '2']} && !isURL('a b')")]
    [InlineData("url('/path').getScheme() == '' && url('/path').getEscapedPath() == '/path' && url('https://u@h/').getHostname() == 'h'")]
    [InlineData("isIP('::1') && !isIP('x') && !isIP('1.2.3.04') && ip('127.0.0.1').isLoopback() && ip('10.0.0.1').family() == 4 && string(ip('::1')) == '::1'")]
    [InlineData("isCIDR('10.0.0.0/8') && cidr('10.0.0.0/8').containsIP('10.1.2.3') && cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16') && cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8') && cidr('10.0.0.0/8').prefixLength() == 8")]
    [InlineData("semver('1.2.3').isLessThan(semver('1.10.0')) && semver('1.0.0-alpha').compareTo(semver('1.0.0')) == -1 && !isSemver('1.2') && semver('2.3.4').minor() == 3")]
    [InlineData("'all(x, y, z)'.size() == 12 // a remark")]
    [InlineData("'in' in {'in': 1}")]
    public void Holds(string expression) => Assert.Equal(true, Evaluate(expression));

    [Theory]
    [InlineData("1 / 0", "division by zero")]
    [InlineData("9223372036854775807 + 1", "integer overflow")]
    [InlineData("uint(1) - 2u", "unsigned integer overflow")]
    [InlineData("self.missing", "no such key: missing")]
    [InlineData("self.l[3]", "index out of bounds: 3")]
    [InlineData("self.n.size()", "no such overload")]
    [InlineData("self.b + 1", "no such overload")]
    [InlineData("int('x')", "type conversion error from 'x' to 'int'")]
    [InlineData("'abc'.substring(4)", "index out of range: 4")]
    [InlineData("optional.none().value()", "optional.none() dereference")]
    [InlineData("'%d'.format(['a'])", "the value does not fit the formatting clause %d")]
    [InlineData("'a'.matches(self.b + '(')", "must be a valid regular expression")]
    [InlineData("[] .min()", "min called on empty list")]
    [InlineData("{'a': 1, 'a': 2}", "Failed with repeated key: a")]
    [InlineData("[2, 0].map(x, 1 / x)", "division by zero")]
    [InlineData("(1 / 0 > 1) && true", "division by zero")]
    public void Fails(string expression, string message) => Assert.Contains(message, Assert.IsType<CelError>(Evaluate(expression)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("self.n >", "Syntax error: mismatched input '<EOF>'")]
    [InlineData("other == 1", "undeclared reference to 'other'")]
    [InlineData("nosuch(1)", "undeclared reference to 'nosuch'")]
    [InlineData("1 == 'a'", "found no matching overload for '_==_' applied to '(int, string)'")]
    [InlineData("'a'.startsWith(1)", "found no matching overload for 'startsWith' applied to 'string.(int)'")]
    [InlineData("1 && true", "found no matching overload for '_&&_' applied to '(int, bool)'")]
    [InlineData("1.all(x, true)", "cannot be range of a comprehension")]
    [InlineData("[1].all(x, x)", "expected type 'bool' but found 'int'")]
    [InlineData("'a' + 'b'", "must evaluate to bool")]
    [InlineData("has(self)", "invalid argument to has() macro")]
    [InlineData("'a'.matches('(')", "invalid matches argument")]
    [InlineData("for == 1", "reserved identifier: for")]
    [InlineData("9223372036854775808 > 1", "invalid int literal")]
    [InlineData("'unclosed", "the string is not closed")]
    [InlineData("'\\q' == ''", "invalid escape sequence")]
    [InlineData("a{x: 1}", "messages cannot be constructed")]
    [InlineData("self.l.all(self.x, true)", "argument must be a simple name")]
    [InlineData("# == 1", "token recognition error")]
    public void Is_refused(string expression, string message)
    {
        Assert.Null(Compile(expression, out string fault));
        Assert.Contains(message, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fault_is_shown_where_it_is()
    {
        Compile("self.n > 1 &&\n  other == 2", out string fault);

        Assert.Equal("compilation failed: ERROR: <input>:2:3: undeclared reference to 'other' (in container '')\n |   other == 2\n | ..^", fault);
    }

    private static CelProgram? Compile(string expression, out string fault, CelKind expected = CelKind.Bool) =>
        CelProgram.TryCompile(expression, [("self", CelType.Dyn)], expected, out fault);

    private static object? Evaluate(string expression)
    {
        CelProgram? program = Compile(expression, out string fault, CelKind.Dyn);
        Assert.Equal("", fault);
        return program!.Evaluate([("self", JsonValues.Of(JsonNode.Parse(Self), shape: null))], new CelBudget());
    }
}
