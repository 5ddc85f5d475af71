using UserAdmin.Web.Reports;

namespace UserAdmin.Tests.Reports;

public class ScheduleRuleTests
{
    [Theory]
    [InlineData("0 15 * * * ?", ScheduleRhythm.EveryHour)]
    [InlineData("0 30 6 * * ?", ScheduleRhythm.EveryDay)]
    [InlineData("0 30 6 ? * MON-FRI", ScheduleRhythm.WorkingDays)]
    [InlineData("0 0 7 ? * SUN", ScheduleRhythm.EveryWeek)]
    [InlineData("0 0 7 28 * ?", ScheduleRhythm.EveryMonth)]
    [InlineData("0 0 7 L * ?", ScheduleRhythm.EveryMonth)]
    [InlineData("0 0 7 31 * ?", ScheduleRhythm.Expression)]
    [InlineData("0 007 7 * * ?", ScheduleRhythm.Expression)]
    [InlineData("0 0 25 * * ?", ScheduleRhythm.Expression)]
    [InlineData("0 30 6 1 1,7 ?", ScheduleRhythm.Expression)]
    [InlineData("", ScheduleRhythm.Expression)]
    public void What_people_choose_comes_back_as_they_chose_it(string cron, ScheduleRhythm rhythm)
    {
        var rule = ScheduleRule.Read(cron);

        Assert.Equal((rhythm, cron), (rule.Rhythm, rule.Cron));
    }
}
