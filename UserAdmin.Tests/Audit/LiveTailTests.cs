using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Web.Audit;

namespace UserAdmin.Tests.Audit;

public class LiveTailTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void L8_New_events_come_on_top_once_also_those_of_a_server_whose_clock_is_behind()
    {
        var (first, second, late) = (Row(0), Row(5), Row(3));
        var tail = new LiveTail([first], Noon.AddMinutes(-1));

        Assert.True(tail.Take([second, first], hold: false));
        Assert.True(tail.Take([second, late, first], hold: false));
        Assert.False(tail.Take([second, late, first], hold: false));

        Assert.Equal([second, late, first], tail.Rows);
        Assert.Equal((2, Noon.AddSeconds(-5), false), (tail.Arrived, tail.Since, tail.HasGap));
    }

    [Fact]
    public void L8_While_somebody_reads_new_events_wait_and_are_counted()
    {
        var (first, second, third) = (Row(0), Row(1), Row(2));
        var tail = new LiveTail([first], Noon);

        tail.Take([second, first], hold: true);
        tail.Take([third, second, first], hold: true);
        Assert.Equal([first], tail.Rows);
        Assert.Equal((2, 2), (tail.Waiting, tail.Arrived));

        Assert.True(tail.Take([third, second, first], hold: false));
        Assert.Equal([third, second, first], tail.Rows);
        Assert.Equal(0, tail.Waiting);
    }

    [Fact]
    public void More_than_one_look_can_read_is_said()
    {
        var tail = new LiveTail([Row(0)], Noon);

        tail.Take([.. Enumerable.Range(1, LiveTail.AtOnce).Reverse().Select(Row)], hold: false);

        Assert.True(tail.HasGap);
        Assert.Equal(LiveTail.AtOnce + 1, tail.Rows.Count);
    }

    private static AuditRow Row(int seconds) => new(
        Ids.New(), Noon.AddSeconds(seconds), ActorKind.User, null, "Somebody", AuditAction.SignedIn.Code, AuditCategory.SignIn, AuditOutcome.Success, null, null, null, null, null, null, null);
}
