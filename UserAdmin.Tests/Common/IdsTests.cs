using UserAdmin.Core.Common;

namespace UserAdmin.Tests.Common;

public class IdsTests
{
    [Fact]
    public void Identifiers_are_version_7_UUIDs_that_sort_in_the_order_in_which_they_were_made()
    {
        var before = DateTimeOffset.UtcNow;

        var ids = Enumerable.Range(0, 20_000).Select(_ => Ids.New()).ToList();

        Assert.Equal(ids.Order(), ids);
        Assert.All(ids, id => Assert.Equal((7, true), (id.Version, id.Variant is >= 8 and <= 11)));
        Assert.InRange(MillisecondOf(ids[0]), before.ToUnixTimeMilliseconds(), before.ToUnixTimeMilliseconds() + 60_000);
    }

    [Fact]
    public void Identifiers_made_at_once_by_many_are_all_different()
    {
        var ids = new Guid[50_000];

        Parallel.For(0, ids.Length, i => ids[i] = Ids.New());

        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    private static long MillisecondOf(Guid id) => Convert.ToInt64(id.ToString("N")[..12], 16);
}
