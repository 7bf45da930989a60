"""Report files of each format, as the tools write them, and what is read in them."""

import json

import pytest

from rehearsal.localaws.codebuild.reports import formats
from rehearsal.localaws.codebuild.reports.results import Case, Coverage, Status, UnreadableReport

JUNIT = """<?xml version="1.0"?>
<testsuites><testsuite name="pytest" tests="4">
  <testcase classname="tests.test_a" name="test_ok" time="1,000.5"/>
  <testcase classname="tests.test_a" name="test_bad"><failure message="assert 1 == 2">Traceback</failure></testcase>
  <testcase classname="tests.test_a" name="test_broken"><error message="no fixture"/></testcase>
  <testcase classname="tests.test_a" name="test_later"><skipped message="not yet"/></testcase>
</testsuite></testsuites>"""
NUNIT = """<test-results name="a.dll"><test-suite name="Sums" executed="True"><results>
  <test-case name="Sums.Tests.Adds" executed="True" result="Success" success="True" time="0.025"/>
  <test-case name="Sums.Tests.Halves" executed="True" success="False">
    <failure><message>Expected: 2</message><stack-trace/></failure></test-case>
  <test-case name="Sums.Tests.Roots" executed="False"><reason><message>not yet</message></reason></test-case>
</results></test-suite></test-results>"""
NUNIT3 = """<test-run id="2"><test-suite type="TestFixture" name="Sums">
  <test-case name="Adds" classname="Sums.Tests" result="Passed" duration="0.25"/>
  <test-case name="Halves" classname="Sums.Tests" result="Failed" label="Error">
    <failure><message>it threw</message></failure></test-case>
  <test-case name="Maybe" classname="Sums.Tests" result="Inconclusive"/>
</test-suite></test-run>"""
TESTNG = """<testng-results total="3"><suite name="All"><test name="Some"><class name="org.Sums">
  <test-method is-config="true" name="setUp" status="PASS" duration-ms="1"/>
  <test-method name="adds" status="PASS" duration-ms="15"/>
  <test-method name="halves" status="FAIL" duration-ms="2">
    <exception class="java.lang.AssertionError"><message><![CDATA[expected 2]]></message></exception></test-method>
  <test-method name="roots" status="SKIP" duration-ms="0"/>
</class></test></suite></testng-results>"""
TRX = """<TestRun name="nightly" xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">
  <Results>
    <UnitTestResult testId="1" testName="Adds" outcome="Passed" duration="00:01:01.5000000"/>
    <UnitTestResult testId="2" testName="Halves" outcome="Failed" duration="00:00:00.001">
      <Output><ErrorInfo><Message>expected 2</Message></ErrorInfo></Output></UnitTestResult>
    <UnitTestResult testId="3" testName="Roots" outcome="NotExecuted"/>
  </Results>
  <TestDefinitions><UnitTest id="1"><TestMethod className="Sums.Tests, Sums" name="Adds"/></UnitTest></TestDefinitions>
</TestRun>"""
STEPS = [{"result": {"status": "passed", "duration": 5}}, {"result": {"status": "failed", "error_message": "no"}}]
CUCUMBER = json.dumps(
    [
        {
            "name": "Sums",
            "elements": [
                {"type": "background", "name": "", "steps": [{"result": {"status": "passed", "duration": 7}}]},
                {"type": "scenario", "name": "adds", "steps": STEPS[:1]},
                {"type": "scenario", "name": "halves", "steps": STEPS},
                {"type": "scenario", "name": "roots", "steps": [{"result": {"status": "undefined"}}]},
            ],
        }
    ]
)

OK, BAD, BROKEN, LATER, UNCLEAR = Status.SUCCEEDED, Status.FAILED, Status.ERROR, Status.SKIPPED, Status.UNKNOWN


@pytest.mark.parametrize(
    ("file_format", "text", "expected"),
    [
        (
            "JUNITXML",
            JUNIT,
            [
                Case("test_ok", OK, "tests.test_a", "pytest", "", 1_000_500_000_000),
                Case("test_bad", BAD, "tests.test_a", "pytest", "assert 1 == 2\nTraceback"),
                Case("test_broken", BROKEN, "tests.test_a", "pytest", "no fixture"),
                Case("test_later", LATER, "tests.test_a", "pytest", "not yet"),
            ],
        ),
        (
            "NUNITXML",
            NUNIT,
            [
                Case("Adds", OK, "Sums.Tests", "Sums", "", 25_000_000),
                Case("Halves", BAD, "Sums.Tests", "Sums", "Expected: 2"),
                Case("Roots", LATER, "Sums.Tests", "Sums", "not yet"),
            ],
        ),
        (
            "NUNIT3XML",
            NUNIT3,
            [
                Case("Adds", OK, "Sums.Tests", "Sums", "", 250_000_000),
                Case("Halves", BROKEN, "Sums.Tests", "Sums", "it threw"),
                Case("Maybe", UNCLEAR, "Sums.Tests", "Sums"),
            ],
        ),
        (
            "TESTNGXML",
            TESTNG,
            [
                Case("adds", OK, "org.Sums", "All", "", 15_000_000),
                Case("halves", BAD, "org.Sums", "All", "expected 2", 2_000_000),
                Case("roots", LATER, "org.Sums", "All"),
            ],
        ),
        (
            "VISUALSTUDIOTRX",
            TRX,
            [
                Case("Adds", OK, "Sums.Tests", "nightly", "", 61_500_000_000),
                Case("Halves", BAD, "", "nightly", "expected 2", 1_000_000),
                Case("Roots", LATER, "", "nightly"),
            ],
        ),
        (
            "CUCUMBERJSON",
            CUCUMBER,
            [
                Case("adds", OK, "Sums", "Sums", "", 12),
                Case("halves", BAD, "Sums", "Sums", "no", 5),
                Case("roots", BAD, "Sums", "Sums"),
            ],
        ),
    ],
)
def test_test_cases_are_read(file_format: str, text: str, expected: list[Case]) -> None:
    assert list(formats.TESTS[file_format](text.encode())) == expected


COBERTURA = """<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">
<coverage><packages><package><classes>
  <class filename="a.py" name="A"><methods><method><lines><line number="9" hits="0"/></lines></method></methods><lines>
    <line number="1" hits="2"/><line number="2" hits="0"/>
    <line number="3" hits="1" branch="true" condition-coverage="50% (1/2)"/></lines></class>
  <class filename="a.py" name="B"><lines><line number="5" hits="1"/></lines></class>
</classes></package></packages></coverage>"""
JACOCO = """<!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd">
<report name="x"><group name="g"><package name="org/sums"><sourcefile name="A.java">
  <counter type="LINE" missed="1" covered="3"/><counter type="BRANCH" missed="2" covered="2"/></sourcefile>
  <sourcefile name="B.java"><counter type="LINE" missed="0" covered="1"/></sourcefile></package></group></report>"""
CLOVER = """<coverage generated="1"><project><package name="p"><file name="a.js" path="/src/a.js">
  <metrics statements="4" coveredstatements="3" conditionals="2" coveredconditionals="1" methods="1"/></file></package>
  <file name="/src/b.php"><metrics statements="2" coveredstatements="0"/></file></project></coverage>"""
SIMPLECOV = json.dumps(
    {
        "RSpec": {
            "coverage": {"/a.rb": {"lines": [1, None, 0, 0], "branches": {"[:if]": {"[:then]": 1, "[:else]": 0}}}}
        },
        "Cucumber": {"coverage": {"/a.rb": {"lines": [0, None, 2, 0]}, "/b.rb": [None, 3]}},
    }
)
LCOV = (
    "TN:\nSF:a.c\nDA:1,2\nDA:2,0\nDA:2,1\nDA:3,0\nBRDA:1,0,0,1\nBRDA:1,0,1,-\nend_of_record\n"
    "SF:b.c\nDA:1,1,x\nend_of_record\n"
)


@pytest.mark.parametrize(
    ("file_format", "text", "expected"),
    [
        ("COBERTURAXML", COBERTURA, [Coverage("a.py", 3, 1, 1, 1)]),
        ("JACOCOXML", JACOCO, [Coverage("org/sums/A.java", 3, 1, 2, 2), Coverage("org/sums/B.java", 1, 0)]),
        ("CLOVERXML", CLOVER, [Coverage("/src/a.js", 3, 1, 1, 1), Coverage("/src/b.php", 0, 2)]),
        ("SIMPLECOV", SIMPLECOV, [Coverage("/a.rb", 2, 1, 1, 1), Coverage("/b.rb", 1, 0)]),
        ("LCOVINFO", LCOV, [Coverage("a.c", 2, 1, 1, 1), Coverage("b.c", 1, 0)]),
    ],
)
def test_coverage_is_read(file_format: str, text: str, expected: list[Coverage]) -> None:
    assert list(formats.COVERAGES[file_format](text.encode())) == expected


@pytest.mark.parametrize("file_format", [*formats.TESTS, *formats.COVERAGES])
@pytest.mark.parametrize("text", ["", "<html/>", "{", '{"a": 1}', '[{"elements": [{"steps": [1]}]}]', "SF:a.c\nDA:x\n"])
def test_a_file_of_another_kind_says_so(file_format: str, text: str) -> None:
    read = {**formats.TESTS, **formats.COVERAGES}[file_format]
    with pytest.raises(UnreadableReport):
        list(read(text.encode()))


def test_entities_are_refused_before_they_grow() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><testsuite name="&b;"/>'
    with pytest.raises(UnreadableReport, match="the entity a"):
        list(formats.TESTS["JUNITXML"](bomb.encode()))
