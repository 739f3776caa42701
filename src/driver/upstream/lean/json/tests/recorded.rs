//! Answers as DynamoDB sends them, with every field once. They are short: every one is cut at every byte.

pub(super) const GET_ITEM: &str = r#"{"ConsumedCapacity":{"CapacityUnits":0.5,"TableName":"Thread"},"Item":{"Tags":{"SS":["Update","Help"]},"Time":{"N":"201303201023"},"Body":{"B":"AP9+"},"Meta":{"M":{"Open":{"BOOL":true},"By":{"L":[{"NULL":true},{"NS":["1","-2.5"]},{"BS":["AA==",""]}]}}},"Subject":{"S":"How do I \"update\" \u00e9\ud83d\ude00?\n"}}}"#;

pub(super) const WRITE_ITEM: &str = r#"{"Attributes":{"Views":{"N":"3"}},"ConsumedCapacity":{"CapacityUnits":3.0,"ReadCapacityUnits":0,"WriteCapacityUnits":3,"Table":{"CapacityUnits":1.0},"LocalSecondaryIndexes":{"l":{"CapacityUnits":1}},"GlobalSecondaryIndexes":{"g":{"WriteCapacityUnits":1e0}},"TableName":"Thread"},"ItemCollectionMetrics":{"ItemCollectionKey":{"Forum":{"S":"DynamoDB"}},"SizeEstimateRangeGB":[0.0,1.0]}}"#;

pub(super) const BATCH_GET_ITEM: &str = r##"{"Responses":{"Forum":[{"Name":{"S":"DynamoDB"},"Threads":{"N":"5"}},{}]},"UnprocessedKeys":{"Thread":{"Keys":[{"Forum":{"S":"DynamoDB"}}],"AttributesToGet":["a"],"ConsistentRead":false,"ProjectionExpression":"#a","ExpressionAttributeNames":{"#a":"Tags"}}},"ConsumedCapacity":[{"TableName":"Forum","CapacityUnits":1.5}]}"##;

pub(super) const BATCH_WRITE_ITEM: &str = r#"{"UnprocessedItems":{"Forum":[{"PutRequest":{"Item":{"Name":{"S":"RDS"}}}},{"DeleteRequest":{"Key":{"Name":{"S":"EMR"}}}}]},"ItemCollectionMetrics":{"Thread":[{"ItemCollectionKey":{"F":{"N":"1"}},"SizeEstimateRangeGB":[1,2]}]},"ConsumedCapacity":[{"TableName":"Forum","CapacityUnits":3}]}"#;

pub(super) const TRANSACT_GET_ITEMS: &str = r#"{"ConsumedCapacity":[{"TableName":"A","ReadCapacityUnits":2}],"Responses":[{"Item":{"k":{"S":"v"}}},{},{"Item":{}}]}"#;

pub(super) const TRANSACT_WRITE_ITEMS: &str = r#"{"ConsumedCapacity":[{"TableName":"A","WriteCapacityUnits":2}],"ItemCollectionMetrics":{"A":[{"SizeEstimateRangeGB":[0,1]}]}}"#;

pub(super) const PAGE: &str = r#"{"Count":2,"Items":[{"Id":{"N":"1"}},{"Id":{"N":"2"},"Pic":{"B":"AAECAwQ="}}],"LastEvaluatedKey":{"Id":{"N":"2"}},"ScannedCount":-7,"ConsumedCapacity":{"CapacityUnits":128.5}}"#;

pub(super) const CONDITION_FAILED: &str = r#"{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","Item":{"k":{"S":"v"}},"message":"The conditional request failed"}"#;

pub(super) const CANCELLED: &str = r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","CancellationReasons":[{"Code":"ConditionalCheckFailed","Item":{"k":{"S":"v"}},"Message":"The conditional request failed"},{"Code":"None"}],"Message":"Transaction cancelled, please refer cancellation reasons for specific reasons [ConditionalCheckFailed, None]"}"#;

pub(super) const THROTTLED: &str = r#"{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"The level of configured provisioned throughput for the table was exceeded.","ThrottlingReasons":[{"reason":"TableReadProvisionedThroughputExceeded","resource":"arn:aws:dynamodb:eu-central-1:123456789012:table/A"},{"resource":"x"}]}"#;

pub(super) const THROTTLED_BY_CONTROL_PLANE: &str = r#"{"__type":"com.amazon.coral.availability#ThrottlingException:http://internal.amazon.com/coral/com.amazon.coral.availability/","message":"Rate exceeded","throttlingReasons":[{"reason":"r"}]}"#;
